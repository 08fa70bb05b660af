package io.hikyaku.stream;

import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/// One end of a stream that reads some bytes and then no more, and whose other end writes as much as it may. It stands
/// still until it is reset.
final class StalledReader implements StreamHandler {
    /// The end that writes without end.
    static final class Writer implements StreamHandler {
        private static final byte[] PIECE = new byte[10_000];

        private @Nullable Stream stream;
        boolean reset;

        void starts(Stream to) {
            stream = to;
            write();
        }

        private void write() {
            Stream to = stream;
            while (to != null && !reset && to.isWritable()) {
                to.write(Unpooled.copiedBuffer(PIECE));
            }
        }

        @Override
        public void onData(ByteBuf data) {
            data.release();
        }

        @Override
        public void onEnd() {}

        @Override
        public void onReset(ResetCode code, String detail, boolean byPeer) {
            reset = true;
        }

        @Override
        public void onWritable() {
            write();
        }

        @Override
        public void onStopSending() {}
    }

    private final int readsBytes;
    private @Nullable Stream stream;
    private long held;
    private int read;
    boolean reset;

    /// @param readsBytes before it stands still
    StalledReader(int readsBytes) {
        this.readsBytes = readsBytes;
    }

    void starts(Stream from) {
        stream = from;
    }

    /// Bytes that wait for it.
    long held() {
        return held;
    }

    void giveUp() {
        Stream from = stream;
        if (from != null && !reset) {
            reset = true;
            from.reset(ResetCode.CANCELLED, "never read");
        }
    }

    @Override
    public void onData(ByteBuf data) {
        int length = data.readableBytes();
        data.release();
        Stream from = stream;
        if (read < readsBytes && from != null) {
            read += length;
            from.consumed(length);
        } else {
            held += length;
        }
    }

    @Override
    public void onEnd() {}

    @Override
    public void onReset(ResetCode code, String detail, boolean byPeer) {
        reset = true;
    }

    @Override
    public void onWritable() {}

    @Override
    public void onStopSending() {}
}
