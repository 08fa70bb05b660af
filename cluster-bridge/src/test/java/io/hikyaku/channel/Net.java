package io.hikyaku.channel;

import io.hikyaku.channel.handshake.CurrentIdentity;
import io.hikyaku.channel.handshake.LocalIdentity;
import io.hikyaku.config.limits.ChannelLimits;
import io.hikyaku.loop.VirtualTime;
import io.hikyaku.route.PacketSender;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Nodes of one or more shards in virtual time; a packet finds its shard by its channel id, as links do it.
final class Net {
    /// A layer above that sends bytes as they are and keeps what arrives.
    static final class Raw implements ChannelUser {
        final Queue<byte[]> toSend = new ArrayDeque<>();
        final List<Closed> closed = new ArrayList<>();
        int opened;
        long received;
        int mostFilled;
        boolean idle;
        int credit = 64 * 1024;

        @Nullable
        Channel channel;

        void says(int... bytes) {
            byte[] plain = new byte[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                plain[i] = (byte) bytes[i];
            }
            toSend.add(plain);
            if (channel != null) {
                channel.wake();
            }
        }

        @Override
        public int initialCredit() {
            return credit;
        }

        @Override
        public void onOpen(Channel theChannel, int peerCredit) {
            channel = theChannel;
            opened++;
        }

        @Override
        public int pendingBytes() {
            return toSend.isEmpty() ? 0 : toSend.element().length;
        }

        @Override
        public int fill(ByteBuf out, int max) {
            mostFilled = Math.max(mostFilled, max);
            int before = out.writerIndex();
            out.writeBytes(toSend.remove());
            return out.writerIndex() - before;
        }

        @Override
        public void onPayload(ByteBuf payload) {
            received += payload.readableBytes();
        }

        @Override
        public void onInitialCredit(int bytes) {}

        @Override
        public boolean isIdle() {
            return idle;
        }

        @Override
        public void onClosed(Closed reason) {
            closed.add(reason);
        }
    }

    /// One node.
    final class Node {
        final LocalIdentity identity;
        final ChannelCounters counters = new ChannelCounters();
        final List<Channels<Raw>> shards = new ArrayList<>();
        final List<Raw> users = new ArrayList<>();
        UnaryOperator<@Nullable ByteBuf> fault = UnaryOperator.identity();
        boolean idle;
        int credit = 64 * 1024;
        int sent;
        /// What a packet may measure now.
        int room = Integer.MAX_VALUE;

        Node(LocalIdentity identity, int count) {
            this.identity = identity;
            for (int i = 0; i < count; i++) {
                Shard shard = new Shard(
                        i,
                        count,
                        limits,
                        new CurrentIdentity(identity),
                        time,
                        new PacketSender() {
                            @Override
                            public void send(ByteBuf packet) {
                                transmit(packet);
                            }

                            @Override
                            public int room(NodeId destination, long channel) {
                                return room;
                            }
                        },
                        UnpooledByteBufAllocator.DEFAULT,
                        counters);
                shards.add(new Channels<>(shard, peer -> user()));
            }
        }

        private Raw user() {
            Raw user = new Raw();
            user.idle = idle;
            user.credit = credit;
            users.add(user);
            return user;
        }

        NodeId id() {
            return identity.key().nodeId();
        }

        Channels<Raw> only() {
            return shards.getFirst();
        }

        int openChannels() {
            return shards.stream().mapToInt(shard -> shard.open().size()).sum();
        }

        int handshakes() {
            return shards.stream().mapToInt(Channels::handshakes).sum();
        }

        private void transmit(ByteBuf packet) {
            sent++;
            ByteBuf onTheWay = fault.apply(packet);
            if (onTheWay != null) {
                time.after(delay.toNanos(), () -> arrive(onTheWay));
            }
        }
    }

    final VirtualTime time = new VirtualTime();
    final ChannelLimits limits;
    Duration delay = Duration.ofMillis(5);
    private final Map<NodeId, Node> nodes = new HashMap<>();

    Net() {
        this(ChannelLimits.DEFAULTS);
    }

    Net(ChannelLimits limits) {
        this.limits = limits;
    }

    Node node(LocalIdentity identity, int shards) {
        Node node = new Node(identity, shards);
        nodes.put(node.id(), node);
        return node;
    }

    void arrive(ByteBuf packet) {
        Node node = nodes.get(Packet.destination(packet));
        if (node == null) {
            packet.release();
        } else {
            long shard = Long.remainderUnsigned(Packet.channel(packet), node.shards.size());
            node.shards.get((int) shard).onPacket(packet);
        }
    }

    static @Nullable ByteBuf swallow(@Nullable ByteBuf packet) {
        if (packet != null) {
            packet.release();
        }
        return null;
    }

    /// A skippable stream frame: eliciting, and nothing else.
    static int[] something() {
        return new int[] {0x40, 0};
    }

    static ByteBuf copy(ByteBuf packet) {
        return Unpooled.copiedBuffer(packet);
    }
}
