package io.hikyaku.call.export;

import io.hikyaku.stream.StreamHandler;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;

/// Handles a stream that was reset as it came.
final class Refused implements StreamHandler {
    static final Refused HANDLER = new Refused();

    private Refused() {}

    @Override
    public void onData(ByteBuf data) {
        data.release();
    }

    @Override
    public void onEnd() {}

    @Override
    public void onReset(ResetCode code, String detail, boolean byPeer) {}

    @Override
    public void onWritable() {}

    @Override
    public void onStopSending() {}
}
