package io.hikyaku.call;

import io.hikyaku.stream.Stream;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;

/// A stream to a far side that says nothing, and hears of a reset at once.
///
/// @param isWritable whether the far side takes anything
public record SilentStream(boolean isWritable) implements Stream {
    @Override
    public void write(ByteBuf data) {
        data.release();
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

    @Override
    public boolean requireWindow(int bytes) {
        return true;
    }
}
