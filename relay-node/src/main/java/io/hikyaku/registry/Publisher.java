package io.hikyaku.registry;

import io.hikyaku.config.limits.RegistryLimits;
import io.hikyaku.loop.Loop;
import io.hikyaku.wire.registry.NodeDocument;
import io.hikyaku.wire.route.RegistryFrame.Beat;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/// Publishes this node's own document under rising sequences, soon after anything changed, and sends a beat at every
/// refresh, which is how others know that it lives. A document that cannot be made is tried again at each refresh. Any
/// thread may call; the work is done on the control loop.
public final class Publisher {
    private static final Duration DEBOUNCE = Duration.ofMillis(50);
    /// The interval under constant changes; others bound how often they accept a node's documents.
    private static final Duration CHANGE_GAP = Duration.ofMillis(500);

    private static final Duration NEWCOMER_GAP = Duration.ofSeconds(1);

    /// Makes the document as it is now.
    @FunctionalInterface
    public interface Source {
        /// @param leaving whether it is the last one
        NodeDocument document(long sequence, boolean leaving);
    }

    /// Signs as this node, for instance [DocumentMaker].
    public interface Signer {
        /// @throws IllegalArgumentException if the document is larger than any may be
        SignedDocument make(NodeDocument document);

        /// @param sequence of the newest document
        /// @param count rises with each beat
        Beat beat(long sequence, long count);
    }

    /// Takes what is signed to others: the flood, or Kafka. Called on the control loop; must not block.
    public interface Sink {
        void publish(SignedDocument document);

        /// This node lives.
        void beat(Beat beat);
    }

    private final Source source;
    private final Signer signer;
    private final List<Sink> sinks;
    private final RegistryLimits limits;
    private final Loop loop;
    private final RandomGenerator random;

    private long sequence;
    /// The newest sequence that others can have.
    private long published;

    private long beats;
    private long publishedAt;
    private long greetedAt;
    /// Whether the newest state could not be published.
    private boolean owed;

    private boolean pending;
    private boolean greeting;
    private boolean left;

    /// @param random for jitter, so that many nodes do not greet a newcomer at the same moment
    public Publisher(
            Source source, Signer signer, List<Sink> sinks, RegistryLimits limits, Loop loop, RandomGenerator random) {
        this.source = source;
        this.signer = signer;
        this.sinks = List.copyOf(sinks);
        this.limits = limits;
        this.loop = loop;
        this.random = random;
        this.greetedAt = loop.nanos() - NEWCOMER_GAP.toNanos();
    }

    /// Publishes for the first time, and beats from then on.
    public void start() {
        loop.execute(() -> {
            loop.schedule(limits.refresh(), this::refresh);
            publish(false);
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

    /// An unknown node came up where nobody vouches for us: over Kafka. It takes us for alive only when we send a
    /// beat, so we soon do, at most once a second whatever happens.
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

    /// Says that this node is stopping, and nothing after that.
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
        beat();
    }

    private void publish(boolean leaving) {
        if (left) {
            return;
        }
        owed = true;
        sequence++;
        publishedAt = loop.nanos();
        SignedDocument signed = signer.make(source.document(sequence, leaving));
        owed = false;
        published = sequence;
        sinks.forEach(sink -> sink.publish(signed));
    }

    private void beat() {
        if (!left && published > 0) {
            beats++;
            Beat beat = signer.beat(published, beats);
            sinks.forEach(sink -> sink.beat(beat));
        }
    }

    private void refresh() {
        if (left) {
            return;
        }
        loop.schedule(limits.refresh(), this::refresh);
        beat();
        if (owed) {
            publish(false);
        }
    }
}
