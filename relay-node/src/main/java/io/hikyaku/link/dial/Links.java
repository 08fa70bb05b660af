package io.hikyaku.link.dial;

import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.link.LinkEvents;
import io.hikyaku.link.LinkSettings;
import io.hikyaku.link.LinkStatus;
import io.hikyaku.link.session.LinkIdentity;
import io.hikyaku.link.session.LinkMeters;
import io.hikyaku.link.session.LinkSession;
import io.hikyaku.link.session.LinkTransport;
import io.hikyaku.net.EventLoops;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/// All links of a node over TLS and WebSocket: those that it keeps by dialling, and those that it accepts. Any thread.
public final class Links {
    static final String NODE_STOPS = "the node stops";

    /// The least time between two attempts that callers bring about; up to twice as much comes on top at random.
    private static final Duration WANTED_GAP = Duration.ofMillis(250);

    private final EventLoops loops;
    private final AtomicLong wantedAgain = new AtomicLong(System.nanoTime());
    private volatile LinkSession.Setup setup;
    private final Map<LinkTransport, LinkMeters> meters = new EnumMap<>(LinkTransport.class);
    private final List<Dialler> diallers = new CopyOnWriteArrayList<>();
    private final List<LinkListener> listeners = new CopyOnWriteArrayList<>();

    /// @param events told about every link, each on its own event loop
    public Links(EventLoops loops, LinkIdentity own, LinkSettings settings, MeterRegistry registry, LinkEvents events) {
        this.loops = loops;
        this.setup = new LinkSession.Setup(own, loops.count(), settings, events);
        for (LinkTransport transport : LinkTransport.values()) {
            meters.put(transport, new LinkMeters(registry, transport));
        }
    }

    /// Keeps one link from each event loop to the node that answers at the URL, from now until [#stop].
    public void dial(LinkUrl url) {
        for (int shard = 0; shard < loops.count(); shard++) {
            Dialler dialler = new Dialler(url, shard, loops, () -> setup, metersOf(url));
            diallers.add(dialler);
            dialler.start();
        }
    }

    /// Accepts links at the URL, where port 0 takes any free one.
    ///
    /// @return the URL with the port actually bound, or why that is not possible
    public CompletableFuture<LinkUrl> listen(LinkUrl url) {
        LinkListener listener = new LinkListener(url, loops, () -> setup, metersOf(url));
        listeners.add(listener);
        return listener.start();
    }

    /// Somebody wants to reach a node that no link leads to: links that wait to be dialled are dialled now rather
    /// than later, though not for every caller. Any thread.
    public void want() {
        long now = System.nanoTime();
        long again = wantedAgain.get();
        long gap = WANTED_GAP.toNanos() + ThreadLocalRandom.current().nextLong(2 * WANTED_GAP.toNanos());
        if (now - again >= 0 && wantedAgain.compareAndSet(again, now + gap)) {
            diallers.forEach(Dialler::want);
        }
    }

    /// Greets with this identity from now on. Links that are up, and greetings in progress, keep what they began
    /// with.
    public void renew(LinkIdentity own) {
        setup = setup.withOwn(own);
    }

    /// Every link that is kept or accepted, up or not, in the order of dialling and listening.
    public List<LinkStatus> status() {
        return Stream.concat(
                        diallers.stream().map(Dialler::status),
                        listeners.stream().flatMap(listener -> listener.status().stream()))
                .toList();
    }

    /// Stops accepting and dialling, sends what waits, and says goodbye.
    ///
    /// @param drain for how long what waits may be sent
    /// @return completed when all links have ended, a second after `drain` at the latest
    public CompletableFuture<Void> stop(Duration drain) {
        return CompletableFuture.allOf(Stream.concat(
                        listeners.stream().map(listener -> listener.stop(drain)),
                        diallers.stream().map(dialler -> dialler.stop(drain)))
                .toArray(CompletableFuture<?>[]::new));
    }

    private LinkMeters metersOf(LinkUrl url) {
        LinkMeters found = meters.get(LinkTransport.of(url));
        if (found == null) {
            throw new IllegalStateException("no meters for " + url.scheme());
        }
        return found;
    }
}
