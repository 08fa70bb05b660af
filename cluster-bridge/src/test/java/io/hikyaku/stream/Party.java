package io.hikyaku.stream;

import io.hikyaku.loop.VirtualTime;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// One end of a random conversation: writes bytes that the other end can tell from all others, reads at its own pace,
/// and may stop, give up or hold. It checks at once what arrives (promises 1 and 2).
final class Party implements StreamHandler {
    private static final long MILLI = 1_000_000;

    private final VirtualTime time;
    private final Random random;
    private final long pattern;
    private final int toWrite;
    private final boolean givesUp;
    private final boolean stopsReading;
    private @Nullable Stream stream;
    private @Nullable Party other;
    private int written;
    private int received;
    private int held;
    private boolean waiting;
    private boolean ended;
    private boolean peerEnded;
    private boolean stopped;
    boolean gaveUp;

    @Nullable
    ResetCode reset;

    /// @param pattern differs for each direction of each stream
    Party(VirtualTime time, Random random, long pattern) {
        this.time = time;
        this.random = random;
        this.pattern = pattern;
        toWrite = random.nextInt(3) == 0 ? random.nextInt(400_000) : random.nextInt(2_000);
        givesUp = random.nextInt(10) == 0;
        stopsReading = random.nextInt(10) == 0;
    }

    void join(Party party) {
        other = party;
        party.other = this;
    }

    void starts(Stream theStream) {
        stream = theStream;
        later(this::step);
    }

    /// Whether this end has nothing left to do or to hear of.
    boolean isOver() {
        return gaveUp || reset != null || ended && peerEnded;
    }

    /// Whether a reset of this end needs no other reason.
    boolean mayBeReset() {
        return other == null || other.gaveUp;
    }

    private Stream stream() {
        return Objects.requireNonNull(stream);
    }

    private void later(Runnable task) {
        time.after(random.nextInt(60) * MILLI, task);
    }

    private void step() {
        if (gaveUp || reset != null || ended) {
            return;
        }
        if (givesUp && written >= toWrite / 2) {
            gaveUp = true;
            stream().reset(ResetCode.CANCELLED, "gave up");
            return;
        }
        if (stopsReading && !stopped && received > 1000) {
            stopped = true;
            stream().stopSending();
        }
        for (int i = random.nextInt(8); i >= 0 && written < toWrite; i--) {
            if (!stream().isWritable()) {
                waiting = true;
                return;
            }
            write(Math.min(toWrite - written, 1 + random.nextInt(random.nextBoolean() ? 100 : 20_000)));
        }
        if (written == toWrite && !ended) {
            ended = true;
            stream().end();
        }
        later(this::step);
    }

    private void write(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = byteAt(pattern, written + i);
        }
        written += length;
        stream().write(Unpooled.wrappedBuffer(bytes));
    }

    private static byte byteAt(long pattern, int position) {
        return (byte) (pattern * 31 + position + (position >> 8) * 7);
    }

    @Override
    public void onData(ByteBuf data) {
        int length = data.readableBytes();
        Party sender = Objects.requireNonNull(other);
        check(!isOver() && !peerEnded, "data after the end");
        for (int i = 0; i < length; i++) {
            check(
                    data.getByte(data.readerIndex() + i) == byteAt(sender.pattern, received + i),
                    "byte " + (received + i));
        }
        data.release();
        received += length;
        check(received <= sender.written, "more bytes than were written");
        held += length;
        if (random.nextInt(4) == 0) {
            later(this::consume);
        } else {
            consume();
        }
    }

    private void consume() {
        int bytes = held;
        held = 0;
        stream().consumed(bytes);
    }

    @Override
    public void onEnd() {
        Party sender = Objects.requireNonNull(other);
        check(!peerEnded && reset == null && !gaveUp, "a second end");
        check(
                sender.ended && (received == sender.written || stopped),
                "the end after " + received + " of " + sender.written);
        peerEnded = true;
    }

    @Override
    public void onReset(ResetCode code, String detail, boolean byPeer) {
        check(reset == null && !gaveUp, "a second reset");
        reset = code;
    }

    @Override
    public void onWritable() {
        check(!gaveUp && reset == null, "writable after the end");
        if (waiting) {
            waiting = false;
            later(this::step);
        }
    }

    @Override
    public void onStopSending() {
        written = toWrite;
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new BrokenPromise(what);
        }
    }

    /// Not an exception that a mux may take for a mistake of a handler.
    static final class BrokenPromise extends Error {
        private static final long serialVersionUID = 1L;

        BrokenPromise(String what) {
            super(what);
        }
    }

    @Override
    public String toString() {
        return "written " + written + " of " + toWrite + (ended ? ", ended" : "") + ", received " + received
                + (peerEnded ? ", other end" : "") + (reset == null ? "" : ", " + reset) + (gaveUp ? ", gave up" : "")
                + (stopped ? ", stopped" : "") + (waiting ? ", waiting" : "") + ", held " + held;
    }
}
