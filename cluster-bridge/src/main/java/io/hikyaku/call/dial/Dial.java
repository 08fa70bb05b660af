package io.hikyaku.call.dial;

import io.hikyaku.wire.stream.ResetCode;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Connects to one of an exported port's targets, with TLS where the target wants it: the one picked and, if it cannot
/// be reached, the others, each once, ejected ones last. One that is retired meanwhile is left for another. Belongs to
/// its event loop.
public final class Dial {
    /// What waits for the connection.
    public interface Waiter {
        /// Connected; nothing of the application's has been read yet, and will not be before this has returned.
        ///
        /// @param target is listed now
        void onConnected(Channel channel, TargetEndpoint target);

        /// No target could be connected to.
        void onFailed(ResetCode code, String detail);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Dial.class);

    private final Targets targets;
    private final Waiter waiter;
    private final OptionalLong affinity;
    private final boolean http1;
    private Set<TargetEndpoint> failed = Set.of();
    private @Nullable Attempt current;

    public Dial(Targets targets, Waiter waiter) {
        this(targets, OptionalLong.empty(), false, waiter);
    }

    /// @param affinity decides which target is first
    public Dial(Targets targets, OptionalLong affinity, Waiter waiter) {
        this(targets, affinity, false, waiter);
    }

    /// @param http1 whether HTTP/2 is of no use, should the target choose it
    public Dial(Targets targets, boolean http1, Waiter waiter) {
        this(targets, OptionalLong.empty(), http1, waiter);
    }

    private Dial(Targets targets, OptionalLong affinity, boolean http1, Waiter waiter) {
        this.affinity = affinity;
        this.targets = targets;
        this.http1 = http1;
        this.waiter = waiter;
    }

    /// Connects to whichever target is next; may call the waiter back synchronously.
    public void start() {
        TargetEndpoint first = targets.pick(affinity);
        if (first == null) {
            waiter.onFailed(ResetCode.NO_TARGET, "");
        } else {
            start(first);
        }
    }

    /// Connects to this target first; may call the waiter back synchronously.
    public void start(TargetEndpoint first) {
        Attempt attempt = new Attempt(first);
        current = attempt;
        attempt.start();
    }

    /// The waiter will not be called any more.
    public void cancel() {
        Attempt given = current;
        current = null;
        if (given != null) {
            given.giveUp();
        }
    }

    /// The target that is being connected to is listed no more: another takes its place, unless it was the last.
    void onRetired() {
        cancel();
        TargetEndpoint other = targets.pickOther(failed);
        if (other == null) {
            waiter.onFailed(targets.all().isEmpty() ? ResetCode.NO_TARGET : ResetCode.TARGET_REFUSED, "");
        } else {
            start(other);
        }
    }

    /// One connect; what it says once it is not the current one is nothing new.
    private final class Attempt {
        private final TargetEndpoint to;
        private final int round;
        private @Nullable Future<Channel> connecting;

        Attempt(TargetEndpoint to) {
            this.to = to;
            this.round = to.beginConnect(Dial.this);
        }

        void start() {
            Future<Channel> connect = to.connect();
            connecting = connect;
            connect.addListener((Future<Channel> reached) -> onReached(reached));
        }

        void giveUp() {
            to.onConnectCancelled(Dial.this, round);
            Future<Channel> connect = connecting;
            if (connect != null && !connect.cancel(false) && connect.isSuccess()) {
                connect.getNow().close();
            }
        }

        private void onReached(Future<Channel> connect) {
            Throwable cause = connect.cause();
            if (cause != null) {
                onFailed(Targets.failure(cause), cause);
                return;
            }
            Channel channel = connect.getNow();
            SslHandler tls = current == this ? targets.tls(to.target(), channel, http1) : null;
            if (tls == null) {
                onConnected(channel);
                return;
            }
            channel.pipeline().addLast(tls, new TlsHandshake(failure -> {
                if (failure == null) {
                    onConnected(channel);
                } else {
                    onHandshakeFailed(channel, failure);
                }
            }));
        }

        private void onHandshakeFailed(Channel channel, Throwable failure) {
            channel.close();
            if (current == this) {
                to.onUseless(channel);
                onFailed(TargetSecurity.failure(failure), failure);
            }
        }

        private void onConnected(Channel channel) {
            if (current == this) {
                current = null;
                to.onConnected(Dial.this, round);
                waiter.onConnected(channel, to);
            } else {
                channel.close();
            }
        }

        private void onFailed(ResetCode code, Throwable cause) {
            if (current != this) {
                return;
            }
            current = null;
            if (code == ResetCode.REFUSED) {
                to.onConnectCancelled(Dial.this, round); // we were short of descriptors
                waiter.onFailed(code, "File descriptors run short");
            } else {
                LOG.debug("Connecting to a target failed", cause);
                to.onConnectFailed(Dial.this, round);
                connectToAnother(to, code);
            }
        }
    }

    private void connectToAnother(TargetEndpoint but, ResetCode code) {
        if (failed.isEmpty()) {
            failed = new HashSet<>();
        }
        failed.add(but);
        TargetEndpoint other = mayGoOn(code) ? targets.pickOther(failed) : null;
        if (other == null) {
            waiter.onFailed(code, "");
        } else {
            start(other);
        }
    }

    /// A target with the wrong identity is for people to look into; other targets do not step in for it.
    private static boolean mayGoOn(ResetCode code) {
        return code != ResetCode.TARGET_CERTIFICATE && code != ResetCode.TARGET_TLS;
    }
}
