package io.hikyaku.call.http2;

import io.hikyaku.stream.Stream;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;

/// A stream to a far side that takes nothing, and says nothing.
final class FullStream implements Stream {
    @Override
    public void write(ByteBuf data) {
        data.release();
    }

    @Override
    public boolean isWritable() {
        return false;
    }

    @Override
    public void end() {}

    @Override
    public void reset(ResetCode code, String detail) {}

    @Override
    public void reset(ResetCode code, String detail, Runnable heard) {
        heard.run();
    }

    @Override
    public void stopSending() {}

    @Override
    public void consumed(int bytes) {}
}
