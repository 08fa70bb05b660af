package io.hikyaku.call.socket;

import io.hikyaku.call.Refusals;
import io.hikyaku.call.Violation;
import io.hikyaku.loop.Deadline;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import java.time.Duration;

/// Resets a caller's connection when its other side has for too long taken nothing of what waits for it, however little
/// that is, so that nobody ties up memory and a service by not reading.
public final class WriteStall extends ChannelDuplexHandler {
    private final Channel channel;
    private final Duration limit;
    private final Refusals refusals;
    private final Deadline deadline;
    private boolean waiting;
    private long written;
    private long unflushed;
    private long taken;

    /// @param limit without any progress
    public WriteStall(Channel channel, Duration limit, Refusals refusals) {
        this.channel = channel;
        this.limit = limit;
        this.refusals = refusals;
        this.deadline = new Deadline(channel.eventLoop(), this::onDeadline);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        unflushed += message instanceof ByteBuf data ? data.readableBytes() : 0;
        context.write(message, promise);
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        written += unflushed;
        unflushed = 0;
        context.flush();
        ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
        if (!waiting && unsent != null && !unsent.isEmpty()) {
            waiting = true;
            taken = taken(unsent);
            deadline.set(limit);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        deadline.close();
        context.fireChannelInactive();
    }

    private void onDeadline() {
        ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
        if (unsent == null || unsent.isEmpty()) {
            waiting = false;
        } else if (taken(unsent) > taken) {
            taken = taken(unsent);
            deadline.set(limit);
        } else {
            refusals.count(Violation.ANSWER_TIME, "the response was not taken in time", channel.remoteAddress());
            SocketOutput.abort(channel);
        }
    }

    /// Bytes that the operating system has taken of all that were flushed.
    private long taken(ChannelOutboundBuffer unsent) {
        long[] left = {0};
        try {
            unsent.forEachFlushedMessage(message -> {
                left[0] += message instanceof ByteBuf data ? data.readableBytes() : 0;
                return true;
            });
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return written - left[0];
    }
}
