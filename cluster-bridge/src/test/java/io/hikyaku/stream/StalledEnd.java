package io.hikyaku.stream;

import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/// One end of a stream whose reader reads some bytes and then no more, and whose writer writes as much as it may. The
/// stream stands still until it is reset.
abstract class StalledEnd implements StreamHandler {
    private @Nullable Stream stream;
    private boolean reset;

    /// The stream, until it is reset.
    final @Nullable Stream stream() {
        return reset ? null : stream;
    }

    void starts(Stream own) {
        stream = own;
    }

    final void giveUp() {
        Stream own = stream();
        if (own != null) {
            reset = true;
            own.reset(ResetCode.CANCELLED, "never read");
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

    static final class Writer extends StalledEnd {
        private static final byte[] PIECE = new byte[10_000];

        @Override
        void starts(Stream own) {
            super.starts(own);
            onWritable();
        }

        @Override
        public void onData(ByteBuf data) {
            data.release();
        }

        @Override
        public void onWritable() {
            Stream to = stream();
            while (to != null && to.isWritable()) {
                to.write(Unpooled.copiedBuffer(PIECE));
                to = stream();
            }
        }
    }

    public static final class Reader extends StalledEnd {
        private final int readsBytes;
        private long held;
        private int read;

        /// @param readsBytes before it stands still
        Reader(int readsBytes) {
            this.readsBytes = readsBytes;
        }

        /// Bytes that wait for it.
        long held() {
            return held;
        }

        @Override
        public void onData(ByteBuf data) {
            int length = data.readableBytes();
            data.release();
            Stream from = stream();
            if (read < readsBytes && from != null) {
                read += length;
                from.consumed(length);
            } else {
                held += length;
            }
        }
    }
}
