package io.hikyaku.registry;

import io.hikyaku.config.RegistryLimits;
import io.hikyaku.route.ControlLoop;
import io.hikyaku.wire.registry.NodeDocument;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// Publishes this node's own document under rising sequences: soon after anything changed, and at every refresh,
/// which is how others know that it lives. Any thread may call; the work is done on the control loop.
public final class Publisher {
    private static final Duration DEBOUNCE = Duration.ofMillis(50);
    /// Under lasting changes; others bound how often they take a node's documents.
    private static final Duration CHANGE_GAP = Duration.ofMillis(500);

    private static final Duration NEWCOMER_GAP = Duration.ofSeconds(1);

    /// Makes the document as it is now.
    @FunctionalInterface
    public interface Source {
        /// @param leaving whether it is the last one
        NodeDocument document(long sequence, boolean leaving);
    }

    /// Takes a signed document to others: the flood, or Kafka. Called on the control loop; must not block.
    @FunctionalInterface
    public interface Sink {
        void publish(NodeDocument document, byte[] signed);
    }

    private final Source source;
    private final Function<NodeDocument, byte[]> signer;
    private final List<Sink> sinks;
    private final RegistryLimits limits;
    private final ControlLoop loop;
    private final RandomGenerator random;

    private long sequence;
    private long publishedAt;
    private long greetedAt;
    private boolean pending;
    private boolean greeting;
    private boolean left;

    /// @param signer for instance [SignedDocuments#sign]
    /// @param random for jitter, so that many nodes do not greet a newcomer in one moment
    public Publisher(
            Source source,
            Function<NodeDocument, byte[]> signer,
            List<Sink> sinks,
            RegistryLimits limits,
            ControlLoop loop,
            RandomGenerator random) {
        this.source = source;
        this.signer = signer;
        this.sinks = List.copyOf(sinks);
        this.limits = limits;
        this.loop = loop;
        this.random = random;
        this.greetedAt = loop.nanos() - NEWCOMER_GAP.toNanos();
    }

    /// Publishes for the first time, and from then on at each refresh.
    public void start() {
        loop.execute(() -> {
            publish(false);
            awaitRefresh(limits.refresh());
        });
    }

    /// Exports, load or the Kafka inbox have changed; others hear of it within a moment.
    public void onChange() {
        loop.execute(() -> {
            if (!pending) {
                pending = true;
                long earliest = publishedAt + CHANGE_GAP.toNanos() - loop.nanos();
                long wait = sequence == 0 ? DEBOUNCE.toNanos() : Math.max(DEBOUNCE.toNanos(), earliest);
                loop.schedule(Duration.ofNanos(wait), this::publishPending);
            }
        });
    }

    /// A node that was not known came up where nobody greets it with a snapshot: over Kafka. It takes us for alive
    /// only when our sequence rises, so it soon does, at most once a second whatever happens.
    public void onNewcomer() {
        loop.execute(() -> {
            if (!greeting && sequence > 0) {
                greeting = true;
                long earliest = Math.max(0, greetedAt + NEWCOMER_GAP.toNanos() - loop.nanos());
                long jitter = random.nextLong(NEWCOMER_GAP.toNanos() / 2);
                loop.schedule(Duration.ofNanos(earliest + jitter), this::greet);
            }
        });
    }

    /// Says that this node stops, and nothing after that.
    ///
    /// @return completed when all sinks have it
    public CompletableFuture<Void> leave() {
        return CompletableFuture.runAsync(
                () -> {
                    if (sequence > 0) {
                        publish(true);
                    }
                    left = true;
                },
                loop);
    }

    private void publishPending() {
        pending = false;
        publish(false);
    }

    private void greet() {
        greeting = false;
        greetedAt = loop.nanos();
        publish(false);
    }

    private void publish(boolean leaving) {
        if (left) {
            return;
        }
        sequence++;
        publishedAt = loop.nanos();
        NodeDocument document = source.document(sequence, leaving);
        byte[] signed = signer.apply(document);
        sinks.forEach(sink -> sink.publish(document, signed));
    }

    private void awaitRefresh(Duration wait) {
        loop.schedule(wait, () -> {
            if (left) {
                return;
            }
            Duration since = Duration.ofNanos(loop.nanos() - publishedAt);
            if (since.compareTo(limits.refresh()) >= 0) {
                publish(false);
                awaitRefresh(limits.refresh());
            } else {
                awaitRefresh(limits.refresh().minus(since));
            }
        });
    }
}
