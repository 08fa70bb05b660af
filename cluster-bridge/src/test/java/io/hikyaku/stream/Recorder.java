package io.hikyaku.stream;

import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Keeps what happens to a stream. Consumes what arrives at once, unless told to hold it.
public class Recorder implements StreamHandler {
    public @Nullable Stream stream;
    public final ByteArrayOutputStream received = new ByteArrayOutputStream();
    public boolean hold;
    public boolean ended;
    public boolean stopped;
    public int writable;
    public @Nullable ResetCode reset;
    public String detail = "";
    public boolean byPeer;

    public Recorder() {}

    public Recorder(Stream stream) {
        this.stream = stream;
    }

    public static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    public Stream stream() {
        return Objects.requireNonNull(stream);
    }

    public String text() {
        return received.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void onData(ByteBuf data) {
        if (ended || reset != null) {
            throw new AssertionError("data after the end");
        }
        int length = data.readableBytes();
        byte[] bytes = new byte[length];
        data.readBytes(bytes);
        data.release();
        received.writeBytes(bytes);
        if (!hold) {
            stream().consumed(length);
        }
    }

    @Override
    public void onEnd() {
        if (ended || reset != null) {
            throw new AssertionError("a second end");
        }
        ended = true;
    }

    @Override
    public void onReset(ResetCode code, String why, boolean byPeer) {
        if (reset != null) {
            throw new AssertionError("a second reset");
        }
        reset = code;
        detail = why;
        this.byPeer = byPeer;
    }

    @Override
    public void onWritable() {
        writable++;
    }

    @Override
    public void onStopSending() {
        stopped = true;
    }
}
