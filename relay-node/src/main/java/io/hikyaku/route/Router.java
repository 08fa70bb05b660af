package io.hikyaku.route;

import io.hikyaku.config.limits.RouteLimits;
import io.hikyaku.link.Link;
import io.hikyaku.link.LinkEvents;
import io.hikyaku.link.Neighbour;
import io.hikyaku.link.PacketSink;
import io.hikyaku.loop.Loop;
import io.hikyaku.route.control.ControlPlane;
import io.hikyaku.route.table.Adjacency;
import io.hikyaku.route.table.Egress;
import io.hikyaku.route.table.LinkEgress;
import io.hikyaku.route.table.LinkGroup;
import io.hikyaku.route.table.NextHop;
import io.hikyaku.route.table.QueueMarks;
import io.hikyaku.route.table.Routes;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.hikyaku.wire.link.LinkFrame.Goodbye;
import io.hikyaku.wire.route.PushBack;
import io.hikyaku.wire.route.PushBacks;
import io.hikyaku.wire.route.RegistryFrame;
import io.hikyaku.wire.route.RegistryFrames;
import io.hikyaku.wire.route.RoutingFrame;
import io.hikyaku.wire.route.RoutingFrames;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Layer 2 of one node (PROTOCOL.md §4): takes packets from its links and from the layer above and passes each to the
/// next hop on the path to its destination, or to the local node. Event loops read an immutable table and take no lock;
/// what changes the table happens on the control loop.
///
/// As long as no path changes, each packet arrives once and in order: all packets of a channel take the same links.
public final class Router implements LinkEvents, PacketSender {
    /// Bytes of routing and registry frames that may wait for the control loop.
    private static final long MAX_CONTROL_BACKLOG = 32 << 20;

    private final NodeId self;
    private final boolean forwards;
    private final int shardCount;
    private final Loop loop;
    private final RouteLimits limits;
    private final RouteMetrics metrics;
    private final Pressure pressure;
    private final ControlPlane control;
    private final Map<PacketSink, Egress> egresses = new ConcurrentHashMap<>();
    private final AtomicLong controlBacklog = new AtomicLong();

    private volatile Routes routes = Routes.NONE;
    private volatile LocalNode local = LocalNode.none();
    private volatile @Nullable NeighbourEvents registry;

    /// @param self this node's address
    /// @param forwards whether it passes on packets of others: a relay, or a bridge that listens
    /// @param shardCount how many event loops this node has
    /// @param loop where everything but packets is handled
    public Router(NodeId self, boolean forwards, int shardCount, RouteLimits limits, Loop loop, MeterRegistry meters) {
        this.self = self;
        this.forwards = forwards;
        this.shardCount = shardCount;
        this.loop = loop;
        this.limits = limits;
        this.metrics = new RouteMetrics(meters);
        this.pressure = new Pressure(limits, loop, egresses.values(), metrics, new ToSources());
        this.control = new ControlPlane(self, forwards, limits.linkQueue().bytes(), loop, new Changes());
        metrics.gauge(
                "hikyaku.route.destinations",
                "Nodes that can be reached",
                () -> routes.own().size());
        metrics.gauge(
                "hikyaku.route.neighbours",
                "Nodes with a link to this one",
                () -> routes.peers().size());
        metrics.gauge("hikyaku.route.paused", "Flows told to pause now", pressure::pausedFlows);
        metrics.gauge("hikyaku.route.queued.bytes", "Bytes waiting in all links", pressure::queuedBytes);
    }

    /// Names the node that packets are finally for; before the first link.
    public void attach(LocalNode node) {
        local = node;
    }

    /// Names what else talks to neighbours; before the first link.
    public void attach(NeighbourEvents events) {
        registry = events;
    }

    /// This node stops soon: others are told to use it only where they have no other path. Packets that come are
    /// passed on as before.
    public void leave() {
        loop.execute(control::leave);
    }

    /// Packets passed on for others since the start; any thread.
    public long forwardedPackets() {
        return metrics.forwardedPackets();
    }

    /// Ends the timers. Links are closed by their owner.
    public void close() {
        loop.execute(control::close);
    }

    // ------------------------------------------------------------------------------------------- links

    @Override
    public void onUp(Link link) {
        LinkEgress egress = new LinkEgress(link, QueueMarks.ofLink(limits), shardCount);
        egresses.put(link, egress);
        loop.execute(() -> control.onUp(egress));
    }

    @Override
    public void onDown(PacketSink sink, String reason) {
        Egress egress = egresses.remove(sink);
        if (egress == null) {
            return;
        }
        egress.toDown();
        pressure.onDown(egress);
        if (egress instanceof LinkEgress link) {
            loop.execute(() -> control.onDown(link));
        }
    }

    @Override
    public void onDoubt(Link link, boolean doubted) {
        if (egresses.get(link) instanceof LinkEgress egress) {
            egress.toDoubted(doubted);
            loop.execute(() -> control.onDoubt(egress));
        }
    }

    @Override
    public void onDrained(PacketSink sink) {
        Egress egress = egresses.get(sink);
        if (egress == null) {
            return;
        }
        pressure.onDrained(egress);
        if (egress instanceof LinkEgress link) {
            NodeId neighbour = link.link().neighbour().node();
            loop.execute(() -> onDrainedPeer(neighbour));
        }
    }

    private void onDrainedPeer(NodeId node) {
        control.onDrained(node);
        NeighbourEvents events = registry;
        if (events != null) {
            events.onDrained(node);
        }
    }

    /// Registers a path that leads over no neighbour: an inbox in Kafka that the destination reads. It competes by
    /// cost with paths over relays, for this node's own packets only. A later call for the same node replaces it.
    ///
    /// @param costMicros expected round trip in microseconds
    public void addDirect(NodeId destination, PacketSink inbox, long costMicros) {
        Egress egress = egresses.computeIfAbsent(inbox, added -> new Egress(added, QueueMarks.ofInbox(limits)));
        NextHop nextHop = new NextHop(destination, LinkGroup.of(egress), costMicros, true);
        loop.execute(() -> control.onDirect(destination, nextHop));
    }

    /// Forgets the direct path to a node, if it still leads over this inbox, which may go on serving other nodes.
    public void removeDirect(NodeId destination, PacketSink inbox) {
        loop.execute(() -> control.onDirectGone(destination, inbox));
    }

    // ------------------------------------------------------------------------------------------- packets

    @Override
    public void onPacket(Link link, ByteBuf packet) {
        Neighbour neighbour = link.neighbour();
        switch (Packet.kind(packet)) {
            case HANDSHAKE, DATA, DATAGRAM -> onForward(neighbour, packet, true);
            case PUSH_BACK -> onPushBack(neighbour, packet);
            case ROUTING -> onRouting(link, packet);
            case REGISTRY -> onRegistry(link, packet);
            case LINK -> drop(packet, Drop.NOT_ALLOWED);
        }
    }

    /// Takes a packet out of this node's inbox in Kafka; takes ownership. It may be from anybody who may write
    /// there: only a channel of this node can tell what is genuine.
    public void onInboxPacket(ByteBuf packet) {
        PacketKind kind = Packet.kind(packet);
        boolean ofChannel = kind == PacketKind.HANDSHAKE || kind == PacketKind.DATA || kind == PacketKind.DATAGRAM;
        if (ofChannel && Packet.destination(packet).equals(self)) {
            local.onPacket(packet);
        } else {
            drop(packet, Drop.NOT_ALLOWED);
        }
    }

    @Override
    public void send(ByteBuf packet) {
        if (Packet.destination(packet).equals(self)) {
            loop.execute(() -> local.onPacket(packet));
            return;
        }
        NextHop nextHop = routes.own().get(Packet.destination(packet));
        Egress out = nextHop == null ? null : nextHop.links().link(Packet.channel(packet));
        if (out == null) {
            pressure.onDropped(packet, Drop.UNREACHABLE, true);
            packet.release();
        } else if (Packet.kind(packet) == PacketKind.DATA) {
            pressure.onOwn(out, packet);
            out.sink().send(packet);
        } else if (pressure.admits(out, packet, false)) {
            out.sink().send(packet);
        } else {
            packet.release();
        }
    }

    @Override
    public int room(NodeId destination, long channel) {
        NextHop nextHop = routes.own().get(destination);
        Egress out = nextHop == null ? null : nextHop.links().link(channel);
        if (out == null) {
            return Integer.MAX_VALUE; // a sender without a path is told so when it sends
        }
        return pressure.isWritable(out, destination, channel) ? out.sink().maxPacketBytes() : 0;
    }

    /// @param notify whether the source hears of a drop
    private void onForward(Neighbour from, ByteBuf packet, boolean notify) {
        NodeId destination = Packet.destination(packet);
        if (destination.equals(self)) {
            deliver(packet);
            return;
        }
        if (!forwards) {
            drop(packet, Drop.NOT_FORWARDING);
            return;
        }
        int hops = Packet.hopLimit(packet);
        NextHop nextHop = routes.transit().get(destination);
        Egress out = nextHop == null ? null : nextHop.links().link(Packet.channel(packet));
        if (nextHop == null || out == null) {
            drop(packet, Drop.UNREACHABLE, notify);
        } else if (hops == 0) {
            drop(packet, Drop.HOP_LIMIT, notify);
        } else if (nextHop.via().equals(from.node())) {
            drop(packet, Drop.LOOP, notify);
        } else if (pressure.admits(out, packet, notify)) {
            Packet.setHopLimit(packet, hops - 1);
            metrics.onForwarded(packet.readableBytes());
            out.sink().send(packet);
        } else {
            packet.release();
        }
    }

    private void deliver(ByteBuf packet) {
        if (Packet.kind(packet) != PacketKind.PUSH_BACK) {
            local.onPacket(packet);
            return;
        }
        PushBack frame;
        try {
            frame = PushBacks.read(packet.skipBytes(Packet.HEADER_BYTES));
        } catch (Malformed e) {
            metrics.onDrop(Drop.MALFORMED);
            return;
        } finally {
            packet.release();
        }
        local.onPushBack(frame);
    }

    /// Only nodes that forward may push back: a leaf is on nobody's path.
    private void onPushBack(Neighbour from, ByteBuf packet) {
        if (from.mayForward()) {
            onForward(from, packet, false);
        } else {
            drop(packet, Drop.NOT_ALLOWED);
        }
    }

    private void drop(ByteBuf packet, Drop reason) {
        drop(packet, reason, false);
    }

    private void drop(ByteBuf packet, Drop reason, boolean notify) {
        pressure.onDropped(packet, reason, notify);
        packet.release();
    }

    // ------------------------------------------------------------------------------------------- push-back

    /// How push-back gets to the sources that it is for.
    private final class ToSources implements Pressure.Notices {
        @Override
        public void tell(NodeId source, PushBack notice, long channel) {
            Router.this.tell(source, notice, channel);
        }

        @Override
        public void tellWritable(List<Egress.Sender> senders) {
            senders.forEach(sender -> local.onWritable(sender.destination(), sender.channel()));
        }
    }

    private void tell(NodeId source, PushBack notice, long channel) {
        if (source.equals(self)) {
            loop.execute(() -> local.onPushBack(notice));
            return;
        }
        ByteBuf packet = ByteBufAllocator.DEFAULT.directBuffer(Packet.HEADER_BYTES + 32);
        packet.writerIndex(Packet.HEADER_BYTES);
        PushBacks.write(packet, notice);
        int length = packet.readableBytes() - Packet.HEADER_BYTES;
        packet.writerIndex(0);
        new Packet(PacketKind.PUSH_BACK, Packet.DEFAULT_HOP_LIMIT, false, length, source, self, channel, 0, 0)
                .write(packet);
        packet.writerIndex(Packet.HEADER_BYTES + length);
        NextHop nextHop = routes.transit().get(source);
        Egress out = nextHop == null ? null : nextHop.links().link(channel);
        if (out != null && pressure.admits(out, packet, false)) {
            out.sink().send(packet);
        } else {
            packet.release();
        }
    }

    // ------------------------------------------------------------------------------------------- frames for control

    private void onRouting(Link link, ByteBuf packet) {
        toControl(link, packet, body -> {
            RoutingFrame frame = RoutingFrames.read(body);
            return egress -> control.onRoutingFrame(egress, frame);
        });
    }

    private void onRegistry(Link link, ByteBuf packet) {
        toControl(link, packet, body -> {
            RegistryFrame frame = RegistryFrames.read(body);
            return egress -> control.onRegistryFrame(egress, frame);
        });
    }

    private interface Handling {
        void by(LinkEgress from);
    }

    private interface Decoding {
        Handling of(ByteBuf body);
    }

    /// Decodes on the link's own thread and handles on the control loop, which a neighbour cannot flood: what would
    /// wait too long is dropped, and is sent again with the next refresh.
    private void toControl(Link link, ByteBuf packet, Decoding decoding) {
        LinkEgress egress = egresses.get(link) instanceof LinkEgress up ? up : null;
        int size = packet.readableBytes();
        try {
            if (egress == null || controlBacklog.get() + size > MAX_CONTROL_BACKLOG) {
                metrics.onDrop(Drop.OVERLOAD);
                return;
            }
            Handling handling = decoding.of(body(packet));
            controlBacklog.addAndGet(size);
            loop.execute(() -> {
                controlBacklog.addAndGet(-size);
                handling.by(egress);
            });
        } catch (Malformed e) {
            metrics.onDrop(Drop.MALFORMED);
            link.close(Goodbye.Code.MALFORMED, String.valueOf(e.getMessage()));
        } finally {
            packet.release();
        }
    }

    /// A copy on the heap, where reading thousands of entries is cheapest.
    private static ByteBuf body(ByteBuf packet) {
        int at = packet.readerIndex() + Packet.HEADER_BYTES;
        return Unpooled.wrappedBuffer(ByteBufUtil.getBytes(packet, at, packet.writerIndex() - at));
    }

    // ------------------------------------------------------------------------------------------- status

    /// How packets of this node reach another now; any thread.
    public Optional<Path> pathTo(NodeId node) {
        NextHop nextHop = routes.own().get(node);
        if (nextHop == null) {
            return Optional.empty();
        }
        return Optional.of(new Path(
                nextHop.via(), nextHop.links().byNumber()[0].sink().name(), nextHop.costMicros(), nextHop.direct()));
    }

    /// The neighbours and their links as they are now; any thread.
    public List<NeighbourStatus> neighbours() {
        return routes.peers().stream().map(NeighbourStatus::of).toList();
    }

    /// What the control plane found out, passed on to those it concerns.
    private final class Changes implements ControlPlane.Listener {
        @Override
        public void onRoutes(Routes made) {
            routes = made;
            pressure.onRoutes();
        }

        @Override
        public void onReachable(NodeId node, boolean reachable) {
            local.onReachable(node, reachable);
        }

        @Override
        public void onVouched(NodeId node, boolean now) {
            NeighbourEvents events = registry;
            if (events != null) {
                events.onVouched(node, now);
            }
        }

        @Override
        public void onPathDoubted(NodeId node) {
            local.onPathDoubted(node);
        }

        @Override
        public void onNeighbourUp(Adjacency peer) {
            NeighbourEvents events = registry;
            if (events != null) {
                events.onNeighbourUp(peer.neighbour(), peer.primary().link());
            }
        }

        @Override
        public void onNeighbourDown(NodeId node) {
            NeighbourEvents events = registry;
            if (events != null) {
                events.onNeighbourDown(node);
            }
        }

        @Override
        public void onRegistryFrame(Adjacency from, RegistryFrame frame) {
            NeighbourEvents events = registry;
            if (events != null) {
                events.onRegistryFrame(from.neighbour(), frame);
            }
        }

        @Override
        public void onNotAllowed() {
            metrics.onDrop(Drop.NOT_ALLOWED);
        }
    }
}
