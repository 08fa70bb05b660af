package io.hikyaku.call.http1;

import io.hikyaku.call.socket.SocketOutput;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.call.Fields;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Writes the body of an HTTP/1 message in its framing (RFC 9112 §6, §7), and checks the bytes against the length that
/// the head promised.
public final class BodyWriter {
    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] LAST_CHUNK = {'0', '\r', '\n'};

    private final SocketOutput out;
    private final Framing.Kind kind;
    private long left;

    public BodyWriter(SocketOutput out, Framing framing) {
        this.out = out;
        this.kind = framing.kind();
        this.left = framing.length();
    }

    /// Takes ownership.
    ///
    /// @throws Malformed if there is more than promised
    public void write(ByteBuf data) {
        int length = data.readableBytes();
        switch (kind) {
            case NONE -> {
                data.release();
                if (length > 0) {
                    throw new Malformed(Reason.INVALID_VALUE, "a body where none may be");
                }
            }
            case FIXED -> writeFixed(data, length);
            case CHUNKED -> writeChunk(data, length);
            case UNTIL_CLOSE -> out.write(data);
        }
    }

    /// The message is complete.
    ///
    /// @throws Malformed if there was less than promised, or a trailer cannot be written
    public void end(@Nullable Fields trailers) {
        if (left > 0) {
            throw new Malformed(Reason.TRUNCATED, "body");
        }
        if (kind == Framing.Kind.CHUNKED) {
            ByteBuf to = out.room(64).writeBytes(LAST_CHUNK);
            if (trailers != null) {
                HeadWriter.writeTrailers(to, trailers);
            }
            to.writeBytes(CRLF);
        }
    }

    private void writeFixed(ByteBuf data, int length) {
        if (length > left) {
            data.release();
            throw new Malformed(Reason.INVALID_VALUE, "more body than Content-Length says");
        }
        left -= length;
        out.write(data);
    }

    private void writeChunk(ByteBuf data, int length) {
        if (length == 0) {
            data.release();
            return;
        }
        writeHex(out.room(Integer.BYTES * 2 + 2), length).writeBytes(CRLF);
        out.write(data);
        out.room(2).writeBytes(CRLF);
    }

    private static ByteBuf writeHex(ByteBuf to, int number) {
        for (int shift = (31 - Integer.numberOfLeadingZeros(number)) / 4 * 4; shift >= 0; shift -= 4) {
            to.writeByte(Character.forDigit(number >>> shift & 0xf, 16));
        }
        return to;
    }
}
