package io.hikyaku.call.dial;

import io.hikyaku.balance.OutlierDetector;
import io.hikyaku.balance.Rendezvous;
import io.hikyaku.net.name.Connector;
import io.hikyaku.service.Target;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/// One target of an exported port as one event loop sees it: how to connect to it, how that went, and what is there
/// now. It lives as long as the target is listed, and until the last call there has ended. Belongs to the event loop.
public final class TargetEndpoint {
    /// Connects that fail in a row before a target is ejected. Few, since a failed connect costs a caller time, and
    /// leaving out a target wrongly costs little.
    public static final int FAILURES = 2;

    private final Target target;
    private final Rendezvous.Key key;
    private final Connector connector;
    private final EventLoop loop;
    private final OutlierDetector health;
    /// Whether a target that can be connected to speaks HTTP/2.
    private final OutlierDetector http2;
    private final LongAdder ejected;
    private final Set<Dial> dials = new LinkedHashSet<>();
    private int outstanding;
    private boolean shownEjected;
    private boolean counted = true;

    /// @param ejected counts the targets that are
    TargetEndpoint(Target target, Connector connector, EventLoop loop, RandomGenerator random, LongAdder ejected) {
        this.target = target;
        this.key = Rendezvous.Key.of(target.address().host(), target.toString());
        this.connector = connector;
        this.loop = loop;
        this.health = new OutlierDetector(FAILURES, random);
        this.http2 = new OutlierDetector(FAILURES, random);
        this.ejected = ejected;
    }

    public Target target() {
        return target;
    }

    /// By its host first, so that a client finds the same one behind each of a service's ports.
    Rendezvous.Key key() {
        return key;
    }

    /// Calls and connects that are there now.
    int outstanding() {
        return outstanding;
    }

    /// How often it was ejected lately, if it is spared calls now; 0: it may have one.
    int badness(long nowNanos) {
        return Math.max(badness(health, nowNanos), badness(http2, nowNanos));
    }

    private static int badness(OutlierDetector at, long nowNanos) {
        return at.takesCalls(nowNanos) ? 0 : at.ejections();
    }

    /// A call goes there, or begins to wait for it; [#finish] must follow.
    public void begin() {
        outstanding++;
    }

    public void finish() {
        if (outstanding == 0) {
            throw new IllegalStateException("More calls finished than begun at a target");
        }
        outstanding--;
    }

    /// Somebody begins to connect to the target.
    ///
    /// @return the round of the target's health, for what comes of it
    int beginConnect(Dial dial) {
        dials.add(dial);
        begin();
        return health.begin(nanos());
    }

    void onConnected(Dial dial, int round) {
        leave(dial);
        health.onSuccess(round, nanos());
        showEjected();
    }

    void onConnectFailed(Dial dial, int round) {
        leave(dial);
        health.onFailure(round, nanos());
        showEjected();
    }

    /// Nobody waits for the connection any more.
    void onConnectCancelled(Dial dial, int round) {
        leave(dial);
        health.onFinish(round);
    }

    private void leave(Dial dial) {
        dials.remove(dial);
        finish();
    }

    /// The target was connected to for HTTP/2.
    ///
    /// @param speaks whether it has said its SETTINGS then
    public void onHttp2(boolean speaks) {
        long now = nanos();
        int round = http2.begin(now);
        if (speaks) {
            http2.onSuccess(round, now);
        } else {
            http2.onFailure(round, now);
        }
        showEjected();
    }

    /// Connects to one of the target's addresses; read [Targets#failure] when none can be reached.
    Future<Channel> connect() {
        return connector.connect();
    }

    /// The address that was connected to does not do what it should; the target's other addresses may.
    void onUseless(Channel connection) {
        connector.onUseless(connection);
    }

    /// Nobody is to know any more whether it is ejected.
    void stopCounting() {
        counted = false;
        showEjected();
    }

    /// Has those that are connecting go elsewhere.
    void sendDialsAway() {
        List.copyOf(dials).forEach(Dial::onRetired);
    }

    private void showEjected() {
        boolean now = counted && (health.isEjected() || http2.isEjected());
        if (now != shownEjected) {
            shownEjected = now;
            ejected.add(now ? 1 : -1);
        }
    }

    private long nanos() {
        return loop.ticker().nanoTime();
    }
}
