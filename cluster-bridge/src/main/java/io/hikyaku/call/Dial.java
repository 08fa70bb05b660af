package io.hikyaku.call;

import io.hikyaku.wire.stream.ResetCode;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Connects to one of an exported port's targets: the one picked, and after a failure the others, each once, those that
/// are out last. Belongs to its event loop.
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
    private final BitSet tried = new BitSet();
    private int target;
    private int round;
    private boolean cancelled;
    private @Nullable ChannelFuture connecting;

    public Dial(Targets targets, int first, Waiter waiter) {
        this.targets = targets;
        this.waiter = waiter;
        this.target = first;
    }

    public void start() {
        tried.set(target);
        round = targets.beginConnect(target);
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
        connecting = null;
        Throwable cause = done.cause();
        if (cancelled) {
            targets.onConnectCancelled(target, round);
            done.channel().close();
        } else if (cause == null) {
            targets.onConnected(target, round);
            waiter.onConnected(done.channel(), target);
        } else {
            LOG.debug("Connecting to a target failed", cause);
            targets.onConnectFailed(target, round);
            connectToAnother(cause);
        }
    }

    private void connectToAnother(Throwable cause) {
        int other = targets.pickOther(tried);
        if (other < 0) {
            waiter.onFailed(Targets.failure(cause), "");
        } else {
            target = other;
            start();
        }
    }
}
