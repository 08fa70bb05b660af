package io.hikyaku.call;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;

/// Resets a caller's connection whose other side has taken nothing for too long of what waits for it, so that nobody
/// holds memory and a service's attention by not reading.
public final class WriteStall extends ChannelInboundHandlerAdapter {
    private final Channel channel;
    private final Duration limit;
    private final Refusals refusals;
    private final Deadline deadline;
    private long waiting;

    /// @param limit without any progress
    public WriteStall(Channel channel, Duration limit, Refusals refusals) {
        this.channel = channel;
        this.limit = limit;
        this.refusals = refusals;
        this.deadline = new Deadline(channel.eventLoop(), this::onDeadline);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            deadline.clear();
        } else {
            waiting = channel.bytesBeforeWritable();
            deadline.set(limit);
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        deadline.close();
        context.fireChannelInactive();
    }

    private void onDeadline() {
        long left = channel.bytesBeforeWritable();
        if (channel.isWritable() || !channel.isOpen()) {
            return;
        }
        if (left < waiting) {
            waiting = left;
            deadline.set(limit);
        } else {
            refusals.count(Violation.ANSWER_TIME, "the answer was not taken in time", channel.remoteAddress());
            SocketOutput.abort(channel);
        }
    }
}
