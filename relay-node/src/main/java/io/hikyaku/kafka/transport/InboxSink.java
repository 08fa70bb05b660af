package io.hikyaku.kafka.transport;

import io.hikyaku.kafka.Health;
import io.hikyaku.kafka.KafkaFailure;
import io.hikyaku.link.PacketSink;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A partition of another cluster's inbox: each packet sent becomes one record there. Several nodes
/// may read the same partition and so share it. Any thread.
///
/// What Kafka's client does not take at once waits here: while it does not know the partition, while it is not known
/// how large a record the topic takes ([SizeProbe]), and while its buffer is full. Nothing is dropped because of that;
/// senders look at [#queuedBytes] first.
///
/// ```
///  unknown ──(client knows the partition)──▶ probing ──(a probe was taken)──▶ open
///     ▲                                         ▲                              │ │
///     └─────────────(no such topic)─────────────┴──────(record too large)──────┘ │
///     └──────────────────────────────────────────────────────────────────────────┘
/// ```
public final class InboxSink implements PacketSink {
    private final Inbox inbox;
    private final RecordSender sender;
    private final Marks marks;
    private final Owner owner;
    private final SizeProbe probe;
    final Health health = new Health();

    /// What waits here and what the client has.
    private final AtomicLong queued = new AtomicLong();

    private final AtomicLong inClient = new AtomicLong();
    private volatile boolean known;
    private volatile boolean closed;
    private volatile boolean aboveMark;
    /// Whether packets go straight to the client: none waits here.
    private volatile boolean open;

    /// Guarded by its own monitor, as are the next field and every change of `open` to true.
    private final Queue<byte[]> waiting = new ArrayDeque<>();

    private boolean draining;

    /// When a sink tells the layer above that it may go on.
    ///
    /// @param high bytes queued above which it counts as full
    /// @param low bytes queued at which it counts as drained again
    record Marks(long high, long low) {}

    /// What a sink tells about itself.
    public interface Owner {
        /// The client has yet to learn of the partition, or has no room: [#toKnown] or [#drain] is due soon.
        void onWaiting(InboxSink sink);

        void onDrained(InboxSink sink);

        /// A record could not be delivered.
        void onFailure(InboxSink sink, KafkaFailure failure);

        void onClosed(InboxSink sink, String reason);
    }

    InboxSink(Inbox inbox, SizeProbe probe, RecordSender sender, Marks marks, Owner owner) {
        this.inbox = inbox;
        this.sender = sender;
        this.marks = marks;
        this.owner = owner;
        this.probe = probe;
    }

    Inbox inbox() {
        return inbox;
    }

    @Override
    public String name() {
        return "kafka:" + inbox.topic() + "/" + inbox.partition();
    }

    @Override
    public void send(ByteBuf packet) {
        byte[] bytes = new byte[packet.readableBytes()];
        packet.readBytes(bytes);
        packet.release();
        if (closed) {
            return;
        }
        if (queued.addAndGet(bytes.length) > marks.high) {
            aboveMark = true;
        }
        if (open && pass(bytes)) {
            return;
        }
        synchronized (waiting) {
            open = false;
            waiting.add(bytes);
        }
        owner.onWaiting(this);
    }

    /// @return whether the client has taken it
    private boolean pass(byte[] bytes) {
        if (!sender.leavesRoomFor(inClient.get(), bytes.length)) {
            return false;
        }
        inClient.addAndGet(bytes.length);
        RecordSender.Taken taken =
                sender.send(inbox.topic(), inbox.partition(), bytes, (_, failure) -> onDone(bytes.length, failure));
        if (taken == RecordSender.Taken.YES) {
            return true;
        }
        inClient.addAndGet(-bytes.length);
        if (taken == RecordSender.Taken.UNKNOWN) {
            known = false;
        }
        return false;
    }

    private void onDone(int length, @Nullable Exception failure) {
        inClient.addAndGet(-length);
        if (failure == null) {
            health.toUp();
        } else {
            onRefusedOrLost(length, failureOf(failure));
        }
        onLeft(length);
        if (!open) {
            drain();
        }
    }

    private void onLeft(int length) {
        long left = queued.addAndGet(-length);
        if (aboveMark && left <= marks.low) {
            aboveMark = false;
            owner.onDrained(this);
        }
    }

    private void onRefusedOrLost(int length, KafkaFailure failure) {
        if (failure.reason() == KafkaFailure.Reason.TOO_LARGE) {
            probe.onRefused(length);
            open = false;
        }
        onFailure(failure);
    }

    private KafkaFailure failureOf(Exception thrown) {
        return KafkaFailure.of("sending to " + inbox.topic(), thrown);
    }

    private void onFailure(KafkaFailure failure) {
        if (failure.reason() == KafkaFailure.Reason.NO_TOPIC) {
            known = false;
            open = false;
        }
        health.toDown(failure.sentence());
        owner.onFailure(this, failure);
    }

    /// Gives the client what waits, as far as it takes it; where it is not known yet what the topic takes, a probe
    /// goes first.
    void drain() {
        synchronized (waiting) {
            if (draining || !known || closed) {
                return;
            }
            draining = true;
            try {
                if (probe.isDue(!waiting.isEmpty(), !health.up())) {
                    sendProbe();
                }
                if (!probe.isKnown()) {
                    return;
                }
                for (byte[] bytes = waiting.peek(); bytes != null; bytes = waiting.peek()) {
                    if (!pass(bytes)) {
                        return;
                    }
                    waiting.remove();
                }
                open = probe.isKnown() && known;
            } finally {
                draining = false;
            }
        }
    }

    private void sendProbe() {
        byte[] packet = probe.next();
        RecordSender.Taken taken =
                sender.send(inbox.topic(), inbox.partition(), packet, (_, failure) -> onProbed(failure));
        if (taken != RecordSender.Taken.YES) {
            probe.onNotSent();
        }
    }

    private void onProbed(@Nullable Exception failure) {
        if (failure == null) {
            probe.onAnswer(true);
            health.toUp();
        } else {
            onProbeFailed(failureOf(failure));
        }
        owner.onWaiting(this);
    }

    private void onProbeFailed(KafkaFailure failure) {
        boolean tooLarge = failure.reason() == KafkaFailure.Reason.TOO_LARGE;
        if (failure.reason().isRefusal()) {
            probe.onAnswer(!tooLarge);
        } else {
            probe.onNoAnswer();
        }
        if (tooLarge) { // this is how a limit is found; the sink is not down because of it
            owner.onFailure(this, failure);
        } else {
            onFailure(failure);
        }
    }

    /// Why it works, but not well.
    Optional<String> trouble() {
        return probe.troubleOf(inbox.topic());
    }

    boolean isKnown() {
        return known;
    }

    /// Whether packets wait that the client may take now.
    boolean isWaiting() {
        return !open && queued.get() > inClient.get();
    }

    /// The client knows the partition: what waited goes first.
    void toKnown() {
        known = true;
        health.toUp();
        drain();
    }

    @Override
    public long queuedBytes() {
        return queued.get();
    }

    @Override
    public int maxPacketBytes() {
        return probe.limit();
    }

    @Override
    public long roundTripMicros() {
        return sender.roundTripMicros();
    }

    /// Drops what waits, and takes no more packets. Any thread.
    ///
    /// @param reason for logs
    public void close(String reason) {
        if (closed) {
            return;
        }
        closed = true;
        synchronized (waiting) {
            waiting.forEach(bytes -> queued.addAndGet(-bytes.length));
            waiting.clear();
        }
        owner.onClosed(this, reason);
    }

    @Override
    public String toString() {
        return name();
    }
}
