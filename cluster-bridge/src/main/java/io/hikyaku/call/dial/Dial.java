package io.hikyaku.call.dial;

import io.hikyaku.wire.stream.ResetCode;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Connects to one of an exported port's targets, with TLS where the target wants it: the one picked and, if it cannot
/// be reached, the others, each once, ejected ones last. Belongs to its event loop.
public final class Dial {
    /// What waits for the connection.
    public interface Waiter {
        /// Connected; nothing of the application's has been read yet, and will not be before this has returned.
        void onConnected(Channel channel, int target);

        /// No target could be connected to.
        void onFailed(ResetCode code, String detail);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Dial.class);

    private final Targets targets;
    private final Waiter waiter;
    private final boolean http1;
    private final BitSet tried = new BitSet();
    private int target;
    private int round;
    private boolean cancelled;
    private boolean done;
    private @Nullable Future<Channel> connecting;

    public Dial(Targets targets, int first, Waiter waiter) {
        this(targets, first, false, waiter);
    }

    /// @param http1 whether HTTP/2 is of no use, should the target choose it
    public Dial(Targets targets, int first, boolean http1, Waiter waiter) {
        this.http1 = http1;
        this.targets = targets;
        this.waiter = waiter;
        this.target = first;
    }

    public void start() {
        tried.set(target);
        done = false;
        round = targets.beginConnect(target);
        Future<Channel> connect = targets.connect(target);
        connecting = connect;
        connect.addListener((Future<Channel> reached) -> onReached(reached));
    }

    /// The waiter will not be called any more.
    public void cancel() {
        cancelled = true;
        Future<Channel> pending = connecting;
        if (pending != null && !pending.cancel(false) && pending.isSuccess()) {
            pending.getNow().close();
        }
    }

    private void onReached(Future<Channel> connect) {
        Throwable cause = connect.cause();
        if (cause != null) {
            onFailed(Targets.failure(cause), cause);
            return;
        }
        Channel channel = connect.getNow();
        SslHandler tls = targets.tls(target, channel, http1);
        if (tls == null) {
            onConnected(channel);
            return;
        }
        channel.pipeline().addLast(tls, new TlsHandshake(failure -> {
            if (failure == null) {
                onConnected(channel);
            } else {
                targets.onUseless(target, channel);
                channel.close();
                onFailed(TargetSecurity.failure(failure), failure);
            }
        }));
    }

    private void onConnected(Channel channel) {
        if (done) {
            return;
        }
        leave();
        if (cancelled) {
            targets.onConnectCancelled(target, round);
            channel.close();
        } else {
            targets.onConnected(target, round);
            waiter.onConnected(channel, target);
        }
    }

    private void onFailed(ResetCode code, Throwable cause) {
        if (done) {
            return;
        }
        leave();
        if (cancelled) {
            targets.onConnectCancelled(target, round);
        } else if (code == ResetCode.REFUSED) {
            targets.onConnectCancelled(target, round); // we were short of descriptors
            waiter.onFailed(code, "File descriptors run short");
        } else {
            LOG.debug("Connecting to a target failed", cause);
            targets.onConnectFailed(target, round);
            connectToAnother(code);
        }
    }

    private void connectToAnother(ResetCode code) {
        int other = mayGoOn(code) ? targets.pickOther(tried) : -1;
        if (other < 0) {
            waiter.onFailed(code, "");
        } else {
            target = other;
            start();
        }
    }

    /// A target with the wrong identity is for people to look into; other targets do not step in for it.
    private static boolean mayGoOn(ResetCode code) {
        return code != ResetCode.TARGET_CERTIFICATE && code != ResetCode.TARGET_TLS;
    }

    /// The end of one attempt.
    private void leave() {
        done = true;
        connecting = null;
    }
}
