package io.hikyaku.link;

import io.hikyaku.config.limits.LinkLimits;
import io.hikyaku.config.limits.RouteLimits;
import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.link.dial.Links;
import io.hikyaku.link.session.LinkIdentity;
import io.hikyaku.net.EventLoops;
import io.hikyaku.wire.NodeId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A node that has links and nothing else, with event loops of its own.
final class TestNode implements AutoCloseable {
    /// As the defaults, but a link that fails is dialled again at once. Silence lasts longer than any machine takes
    /// to get round to a thread.
    static final LinkLimits QUICK = deadAfter(Duration.ofSeconds(30));

    /// As quick, and silence is noticed soon.
    static final LinkLimits SOON_DEAD = deadAfter(Duration.ofSeconds(1));

    final EventLoops loops;
    final LinkIdentity own;
    final RecordedEvents events;
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Links links;

    TestNode(LinkIdentity own, RecordedEvents events, LinkLimits limits, int eventLoops) {
        this.loops = EventLoops.start(eventLoops);
        this.own = own;
        this.events = events;
        this.links = new Links(loops, own, LinkSettings.of(limits, RouteLimits.DEFAULTS), meters, events);
    }

    TestNode(LinkIdentity own, LinkLimits limits) {
        this(own, new RecordedEvents(), limits, 1);
    }

    TestNode(LinkIdentity own) {
        this(own, QUICK);
    }

    static LinkLimits deadAfter(Duration silence) {
        return new LinkLimits(
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                Duration.ofMillis(200),
                silence,
                Duration.ofMillis(5),
                Duration.ofMillis(50),
                100,
                100,
                100);
    }

    NodeId node() {
        return own.node();
    }

    LinkUrl listen(String scheme) throws InterruptedException, ExecutionException, TimeoutException {
        return listenAt(scheme + "://127.0.0.1:0");
    }

    LinkUrl listenAt(String url) throws InterruptedException, ExecutionException, TimeoutException {
        return links.listen(LinkUrl.parse(url)).get(RecordedEvents.DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    /// How often links were refused, or closed, for the reason.
    double refused(String reason) {
        return meters.find("hikyaku.link.refused").tag("reason", reason).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    @Override
    public void close() {
        links.stop(Duration.ofSeconds(2))
                .orTimeout(RecordedEvents.DEADLINE_SECONDS, TimeUnit.SECONDS)
                .join();
        loops.close();
        events.packets.forEach(packet -> packet.release());
        events.packets.clear();
    }
}
