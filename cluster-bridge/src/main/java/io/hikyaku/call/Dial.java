package io.hikyaku.call;

import io.hikyaku.wire.stream.ResetCode;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Connects to one of an exported port's targets: the one picked, and after a failure the next ones, each once. Belongs
/// to its event loop.
public final class Dial {
    /// Who waits for the connection.
    public interface Waiter {
        /// Connected; nothing has been read yet, and will not be before this has returned.
        void onConnected(Channel channel, int target);

        /// No target could be connected to.
        void onFailed(ResetCode code, String detail);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Dial.class);

    private final Targets targets;
    private final Waiter waiter;
    private int target;
    private int left;
    private boolean cancelled;
    private @Nullable ChannelFuture connecting;

    public Dial(Targets targets, int first, Waiter waiter) {
        this.targets = targets;
        this.waiter = waiter;
        this.target = first;
        this.left = targets.count();
    }

    public void start() {
        left--;
        targets.begin(target);
        ChannelFuture connect = targets.connect(target);
        connecting = connect;
        connect.addListener(done -> onDone(connect));
    }

    /// The waiter will not be called any more.
    public void cancel() {
        cancelled = true;
        ChannelFuture pending = connecting;
        if (pending != null) {
            pending.channel().close();
        }
    }

    private void onDone(ChannelFuture done) {
        targets.finish(target);
        connecting = null;
        Throwable cause = done.cause();
        if (cause != null) {
            LOG.debug("Connecting to a target failed", cause);
        }
        if (cancelled) {
            done.channel().close();
        } else if (done.isSuccess()) {
            waiter.onConnected(done.channel(), target);
        } else if (left > 0) {
            target = (target + 1) % targets.count();
            start();
        } else {
            waiter.onFailed(cause == null ? ResetCode.INTERNAL : Targets.failure(cause), "");
        }
    }
}
