package io.hikyaku.route;

import io.hikyaku.link.Link;
import io.hikyaku.link.LinkEvents;
import io.hikyaku.link.Neighbour;
import io.hikyaku.loop.VirtualTime;
import io.hikyaku.wire.link.LinkFrame.Goodbye;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One end of a link that is not there: what is sent comes out at the other end after a virtual latency. A stalled
/// end keeps what it is given, as a socket whose peer does not read.
public final class FakeLink implements Link {
    private final VirtualTime time;
    private final Neighbour neighbour;
    private final String name;
    private final boolean dialled;
    private final int shard;
    private final LinkEvents events;
    private final Deque<ByteBuf> waiting = new ArrayDeque<>();
    private final List<Goodbye.Code> closedWith = new ArrayList<>();
    private long latencyNanos;
    private long queued;
    private long sentPackets;
    private long sentBytes;
    private boolean stalled;
    private boolean up = true;
    private int probes;
    private @Nullable FakeLink peer;

    public FakeLink(VirtualTime time, Neighbour neighbour, String name, boolean dialled, int shard, LinkEvents events) {
        this.time = time;
        this.neighbour = neighbour;
        this.name = name;
        this.dialled = dialled;
        this.shard = shard;
        this.events = events;
    }

    /// Joins two ends and tells both nodes.
    public static void join(FakeLink a, FakeLink b, Duration latency) {
        a.peer = b;
        b.peer = a;
        a.latencyNanos = latency.toNanos();
        b.latencyNanos = latency.toNanos();
        a.events.onUp(a);
        b.events.onUp(b);
    }

    /// The end at the other node.
    FakeLink otherEnd() {
        return Objects.requireNonNull(peer);
    }

    /// Both ends see it die; what is under way is lost.
    void cut(String reason) {
        down(reason);
        if (peer != null) {
            peer.down(reason);
        }
    }

    private void down(String reason) {
        if (!up) {
            return;
        }
        up = false;
        waiting.forEach(ByteBuf::release);
        waiting.clear();
        queued = 0;
        events.onDown(this, reason);
    }

    /// This end gets no answers, or does again.
    void doubt(boolean doubted) {
        events.onDoubt(this, doubted);
    }

    /// How often this end was asked to see whether the other lives.
    int probes() {
        return probes;
    }

    @Override
    public void probe() {
        probes++;
    }

    void setLatency(Duration latency) {
        latencyNanos = latency.toNanos();
    }

    void stall() {
        stalled = true;
    }

    /// Pretends that so many bytes wait.
    public void queue(long bytes) {
        queued = bytes;
    }

    /// Sends what waited, and says that it drained.
    void flow() {
        stalled = false;
        while (!waiting.isEmpty()) {
            transmit(waiting.remove());
        }
        queued = 0;
        events.onDrained(this);
    }

    /// Who hears of this end.
    public LinkEvents events() {
        return events;
    }

    boolean isUp() {
        return up;
    }

    public long sentPackets() {
        return sentPackets;
    }

    /// Headers and bodies, without what TLS and TCP add.
    public long sentBytes() {
        return sentBytes;
    }

    List<Goodbye.Code> closedWith() {
        return closedWith;
    }

    @Override
    public Neighbour neighbour() {
        return neighbour;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean dialled() {
        return dialled;
    }

    @Override
    public int shard() {
        return shard;
    }

    @Override
    public void send(ByteBuf packet) {
        sentPackets++;
        sentBytes += packet.readableBytes();
        if (!up) {
            packet.release();
        } else if (stalled) {
            queued += packet.readableBytes();
            waiting.add(packet);
        } else {
            transmit(packet);
        }
    }

    private void transmit(ByteBuf packet) {
        FakeLink other = peer;
        if (other == null) {
            packet.release();
            return;
        }
        time.after(latencyNanos, () -> {
            if (other.up) {
                other.events.onPacket(other, packet);
            } else {
                packet.release();
            }
        });
    }

    /// As if the other end had sent it.
    void receive(ByteBuf packet) {
        events.onPacket(this, packet);
    }

    @Override
    public long queuedBytes() {
        return queued;
    }

    @Override
    public long roundTripMicros() {
        return 2 * latencyNanos / 1_000;
    }

    @Override
    public void close(Goodbye.Code code, String detail) {
        closedWith.add(code);
        time.execute(() -> cut(detail));
    }
}
