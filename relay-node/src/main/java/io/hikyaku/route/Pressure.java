package io.hikyaku.route;

import io.hikyaku.config.limits.RouteLimits;
import io.hikyaku.loop.Loop;
import io.hikyaku.route.QueueBudget.Fill;
import io.hikyaku.route.table.Egress;
import io.hikyaku.route.table.Egress.Flow;
import io.hikyaku.route.table.Egress.Sender;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.route.PushBack;
import io.hikyaku.wire.route.PushBack.Dropped;
import io.hikyaku.wire.route.PushBack.Pause;
import io.hikyaku.wire.route.PushBack.Resume;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/// Push-back (PROTOCOL.md §4.4): what waits for a link is bounded, the sources that fill it are told to pause, and
/// those that send on beyond the bound lose packets and are told that as well. Only the sources of a slow link hear of
/// it, so one slow destination harms nobody else. Any thread; packets into a link with a short queue need nothing from
/// here.
///
/// This node's own channels ask before they seal a packet, and wait: none of their packets is dropped here.
final class Pressure {
    static final int PAUSE_MILLIS = 1_000;
    static final int MAX_PAUSED_FLOWS = 10_000;

    private static final Duration CHECK = Duration.ofMillis(100);
    private static final int CHECKS_PER_REPEAT = 5;
    private static final long NOTICE_GAP_NANOS = Duration.ofMillis(100).toNanos();
    private static final int NOTICE_SLOTS = 4096;
    /// About the largest packet of a channel.
    private static final int PACKET = 17 * 1024;

    private static final int LEAST_ADMITTED = 32;

    /// Tells a source; `channel` is 0 where the notice is about all of them.
    interface Notices {
        void tell(NodeId source, PushBack notice, long channel);

        /// This node's own channels may ask again.
        void tellWritable(List<Sender> senders);
    }

    private final RouteLimits limits;
    private final Loop loop;
    private final QueueBudget budget;
    private final RouteMetrics metrics;
    private final Notices notices;

    private final Set<Egress> pausing = ConcurrentHashMap.newKeySet();
    private final AtomicInteger pausedFlows = new AtomicInteger();
    private final AtomicBoolean checking = new AtomicBoolean();
    private int checks;

    private final AtomicLongArray noticedChannel = new AtomicLongArray(NOTICE_SLOTS);
    private final AtomicLongArray noticedAt = new AtomicLongArray(NOTICE_SLOTS);

    Pressure(RouteLimits limits, Loop loop, Collection<Egress> links, RouteMetrics metrics, Notices notices) {
        this.limits = limits;
        this.loop = loop;
        this.budget = new QueueBudget(limits.budget().bytes(), links, loop::nanos);
        this.metrics = metrics;
        this.notices = notices;
        long past = loop.nanos() - NOTICE_GAP_NANOS;
        for (int slot = 0; slot < NOTICE_SLOTS; slot++) {
            noticedAt.set(slot, past);
        }
    }

    /// Whether a packet may go into the link now. If not, it has been counted and its source told; the caller
    /// releases it.
    ///
    /// @param notify whether its source may be told anything: not for push-back itself
    boolean admits(Egress out, ByteBuf packet, boolean notify) {
        long queued = out.sink().queuedBytes();
        if (queued <= QueueBudget.BACKLOG) {
            return true;
        }
        int size = packet.readableBytes();
        Fill fill = queued + size > limits.linkQueue().bytes() ? Fill.FULL : budget.take(size);
        if (fill == Fill.FULL) {
            onDropped(packet, Drop.QUEUE_FULL, notify);
            return false;
        }
        if (notify && (fill == Fill.TIGHT || queued > limits.pauseAbove().bytes())) {
            pause(out, new Flow(Packet.source(packet), Packet.destination(packet)));
        }
        return true;
    }

    /// Whether one of this node's channels may seal a packet for the link now. If not, it is told when to ask
    /// again.
    boolean isWritable(Egress out, NodeId destination, long channel) {
        boolean drained = drained(out);
        if (drained && out.waiting().isEmpty()) {
            return true;
        }
        Sender sender = new Sender(destination, channel);
        if (out.takeAdmission(sender) || isOpen(out)) {
            return true;
        }
        out.waiting().add(sender);
        watch(out);
        // It may have drained in between, and nobody would have been told.
        return drained(out) && out.waiting().remove(sender);
    }

    /// While some wait nobody else may go ahead of them, or they could wait for ever.
    private boolean isOpen(Egress out) {
        return out.waiting().isEmpty()
                && out.sink().queuedBytes() <= out.marks().fullAbove()
                && !budget.isTight();
    }

    /// Counts a packet of one of this node's channels, which had asked.
    void onOwn(Egress out, ByteBuf packet) {
        if (out.sink().queuedBytes() > QueueBudget.BACKLOG) {
            budget.take(packet.readableBytes());
        }
    }

    /// Counts a dropped packet and tells its source, at most every 100 ms for a channel.
    void onDropped(ByteBuf packet, Drop reason, boolean notify) {
        metrics.onDrop(reason);
        if (!notify) {
            return;
        }
        long channel = Packet.channel(packet);
        NodeId destination = Packet.destination(packet);
        if (firstNoticeOf(channel ^ destination.low())) {
            boolean unreachable = reason == Drop.UNREACHABLE;
            notices.tell(Packet.source(packet), new Dropped(destination, channel, unreachable), channel);
        }
    }

    /// Two channels that share a slot only cause more notices, never fewer.
    private boolean firstNoticeOf(long channel) {
        long now = loop.nanos();
        int slot = Math.floorMod(Long.hashCode(channel), NOTICE_SLOTS);
        if (noticedChannel.get(slot) == channel && now - noticedAt.get(slot) < NOTICE_GAP_NANOS) {
            return false;
        }
        noticedAt.set(slot, now);
        noticedChannel.set(slot, channel);
        return true;
    }

    private void pause(Egress out, Flow flow) {
        if (out.paused().contains(flow)
                || pausedFlows.get() >= MAX_PAUSED_FLOWS
                || !out.paused().add(flow)) {
            return;
        }
        pausedFlows.incrementAndGet();
        tellPause(flow);
        watch(out);
    }

    private void watch(Egress out) {
        if (pausing.add(out) && checking.compareAndSet(false, true)) {
            loop.schedule(CHECK, this::check);
        }
    }

    private void tellPause(Flow flow) {
        metrics.onPause();
        notices.tell(flow.source(), new Pause(flow.destination(), PAUSE_MILLIS), 0);
    }

    /// A link's queue got shorter.
    void onDrained(Egress out) {
        if (drained(out)) {
            resume(out);
        }
    }

    /// Paths have changed: channels that wait for a link may have another one now. They only ask again, since paths
    /// change often and nothing has drained; those that find the same link still full wait on.
    void onRoutes() {
        pausing.forEach(out -> notices.tellWritable(out.wake()));
    }

    /// A link is gone, and so is what waited for it: sources may go on over another path.
    void onDown(Egress out) {
        resume(out);
    }

    private boolean drained(Egress out) {
        return !out.live() || out.sink().queuedBytes() <= out.marks().drainedAt();
    }

    private void resume(Egress out) {
        for (Flow flow : out.paused()) {
            if (out.paused().remove(flow)) {
                pausedFlows.decrementAndGet();
                notices.tell(flow.source(), new Resume(flow.destination()), 0);
            }
        }
        List<Sender> admitted = out.admit(out.live() ? mostAdmitted() : Integer.MAX_VALUE);
        if (!admitted.isEmpty()) {
            notices.tellWritable(admitted);
        }
    }

    /// As many as may send a packet at once without filling the link's queue.
    private int mostAdmitted() {
        long spare = limits.linkQueue().bytes() - limits.pauseAbove().bytes();
        return (int) Math.max(LEAST_ADMITTED, spare / PACKET);
    }

    /// On the control loop, while anybody is paused: links may drain without saying so, since their marks differ
    /// from ours, and a lasting pause is repeated before it expires.
    private void check() {
        try {
            checks++;
            pausing.forEach(this::check);
        } finally {
            checking.set(false);
            if (!pausing.isEmpty() && checking.compareAndSet(false, true)) {
                loop.schedule(CHECK, this::check);
            }
        }
    }

    private void check(Egress out) {
        if (drained(out)) {
            pausing.remove(out);
            resume(out);
            if (!out.waiting().isEmpty()) {
                pausing.add(out); // more than may go on at once
            }
        } else if (checks % CHECKS_PER_REPEAT == 0) {
            out.paused().forEach(this::tellPause);
        }
    }

    int pausedFlows() {
        return pausedFlows.get();
    }

    /// Bytes waiting in all links.
    long queuedBytes() {
        return budget.used();
    }
}
