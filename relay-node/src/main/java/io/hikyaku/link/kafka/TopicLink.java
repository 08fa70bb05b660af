package io.hikyaku.link.kafka;

import io.hikyaku.link.Link;
import io.hikyaku.link.Neighbour;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.link.Goodbye;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A partition of another cluster's inbox as a link to send over: each packet becomes one record. Several nodes
/// may read the same partition and so share it. Any thread.
///
/// Until Kafka's client knows the partition, packets wait here, up to a bound: the client would have to block for
/// them.
final class TopicLink implements Link {
    static final Neighbour NEIGHBOUR = new Neighbour(NodeId.NONE, "kafka", false, 0, 1);

    /// What may wait for the partition to be known.
    static final long MAX_WAITING = 256 * 1024;

    private final Inbox inbox;
    private final RecordSender sender;
    private final Marks marks;
    private final Owner owner;

    private final AtomicLong queued = new AtomicLong();
    private volatile boolean known;
    private volatile boolean closed;
    private volatile boolean aboveMark;

    /// Guarded by itself, and every change of [#known] to true as well.
    private final Queue<byte[]> waiting = new ArrayDeque<>();

    /// When a link tells the layer above that it may go on.
    ///
    /// @param high bytes queued above which it counts as full
    /// @param low bytes queued below which it counts as drained again
    record Marks(long high, long low) {}

    /// Whom a link tells about itself.
    interface Owner {
        /// The client has yet to learn of the partition.
        void onUnknown(TopicLink link);

        void onDrained(TopicLink link);

        void onClosed(TopicLink link, String reason);
    }

    TopicLink(Inbox inbox, RecordSender sender, Marks marks, Owner owner) {
        this.inbox = inbox;
        this.sender = sender;
        this.marks = marks;
        this.owner = owner;
    }

    Inbox inbox() {
        return inbox;
    }

    @Override
    public Neighbour neighbour() {
        return NEIGHBOUR;
    }

    @Override
    public String name() {
        return "kafka:" + inbox.topic() + "/" + inbox.partition();
    }

    @Override
    public boolean dialled() {
        return true;
    }

    @Override
    public int shard() {
        return 0;
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
        if (!known && wait(bytes)) {
            return;
        }
        pass(bytes);
    }

    /// @return false if there is no need to wait any more
    private boolean wait(byte[] bytes) {
        synchronized (waiting) {
            if (known) {
                return false;
            }
            if (queued.get() > MAX_WAITING) {
                queued.addAndGet(-bytes.length);
                sender.lost.increment();
            } else {
                waiting.add(bytes);
            }
            return true;
        }
    }

    private void pass(byte[] bytes) {
        sender.send(inbox.topic(), inbox.partition(), bytes, (_, failure) -> onDone(bytes.length, failure));
    }

    private void onDone(int length, @Nullable Exception failure) {
        long left = queued.addAndGet(-length);
        if (aboveMark && left < marks.low) {
            aboveMark = false;
            owner.onDrained(this);
        }
        if (failure != null && known && KafkaFailure.reasonOf(failure) == KafkaFailure.Reason.NO_TOPIC) {
            known = false;
            owner.onUnknown(this);
        }
    }

    boolean isKnown() {
        return known;
    }

    boolean isClosed() {
        return closed;
    }

    /// The client knows the partition: what waited goes first.
    void toKnown() {
        synchronized (waiting) {
            for (byte[] bytes = waiting.poll(); bytes != null; bytes = waiting.poll()) {
                pass(bytes);
            }
            known = true;
        }
    }

    /// Its own, while all links together leave room in the client's buffer; else what they share.
    @Override
    public long queuedBytes() {
        long all = sender.queuedBytes.get();
        return all > KafkaSettings.SEND_BUFFER / 2 ? all : queued.get();
    }

    @Override
    public long roundTripMicros() {
        return sender.roundTripMicros();
    }

    @Override
    public void close(Goodbye.Code code, String detail) {
        if (closed) {
            return;
        }
        closed = true;
        synchronized (waiting) {
            waiting.forEach(bytes -> queued.addAndGet(-bytes.length));
            waiting.clear();
        }
        owner.onClosed(this, detail);
    }

    @Override
    public String toString() {
        return name();
    }
}
