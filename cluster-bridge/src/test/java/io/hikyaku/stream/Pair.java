package io.hikyaku.stream;

import io.hikyaku.channel.ChannelCounters;
import io.hikyaku.channel.Channels;
import io.hikyaku.channel.Shard;
import io.hikyaku.channel.handshake.CurrentIdentity;
import io.hikyaku.channel.handshake.LocalIdentity;
import io.hikyaku.config.limits.ChannelLimits;
import io.hikyaku.loop.VirtualTime;
import io.hikyaku.stream.credit.MemoryBudget;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Two nodes with one event loop each in virtual time, joined by a path with a delay and, in each direction, a fault: a
/// function that may change a packet, or drop it by returning null after releasing it.
public final class Pair {
    public static final long BUDGET = 64 * 1024 * 1024;
    private static final Duration HANDSHAKE = Duration.ofSeconds(20);

    /// One of the two.
    public final class Side {
        public final LocalIdentity identity;
        public final ChannelCounters counters = new ChannelCounters();
        public final StreamCounters streams = new StreamCounters();
        public final MemoryBudget budget = new MemoryBudget(BUDGET);
        public final Channels<StreamMux> channels;
        public UnaryOperator<@Nullable ByteBuf> fault = UnaryOperator.identity();
        public StreamAcceptor acceptor = (stream, metadata) -> new Recorder(stream);
        public Duration delay = Duration.ofMillis(1);
        private @Nullable Side other;

        private Side(LocalIdentity identity, ChannelLimits limits) {
            this.identity = identity;
            Shard shard = new Shard(
                    0,
                    1,
                    limits,
                    new CurrentIdentity(identity),
                    time,
                    this::transmit,
                    UnpooledByteBufAllocator.DEFAULT,
                    counters);
            StreamSettings settings =
                    new StreamSettings(256 * 1024, limits.window().bytes(), limits.maxStreams(), budget, streams);
            channels = new Channels<>(
                    shard, peer -> new StreamMux(time, settings, known -> (s, m) -> acceptor.onOpen(s, m)));
        }

        public NodeId node() {
            return identity.key().nodeId();
        }

        /// Opens a stream to the other side, with a recorder as its handler.
        public Recorder open(String metadata) {
            Recorder recorder = new Recorder();
            recorder.stream = connected().open(Recorder.bytes(metadata), recorder);
            return recorder;
        }

        /// A channel to the other side, once it is known whether there is one.
        public StreamMux connected() {
            StreamMux mux = channels.to(other().node());
            time.await("decided", HANDSHAKE, () -> mux.isOpen() || mux.closed() != null);
            return mux;
        }

        /// Calls back once there is a channel; without one, the handler is told that its stream is refused.
        public void whenConnected(StreamHandler handler, Consumer<StreamMux> then) {
            StreamMux mux = channels.to(other().node());
            mux.whenDecided(closed -> {
                if (closed == null) {
                    then.accept(mux);
                } else {
                    handler.onReset(ResetCode.REFUSED, closed.detail(), false);
                }
            });
        }

        /// Leaves no memory for a further channel.
        public void useUpBudget() {
            if (!budget.tryReserve(BUDGET)) {
                throw new IllegalStateException("Some of it is in use already");
            }
        }

        private Side other() {
            return Objects.requireNonNull(other);
        }

        private void transmit(ByteBuf packet) {
            ByteBuf onTheWay = fault.apply(packet);
            if (onTheWay != null) {
                time.after(delay.toNanos(), () -> other().channels.onPacket(onTheWay));
            }
        }

        /// Lets a packet arrive at this side once more.
        public void deliver(ByteBuf packet) {
            time.after(delay.toNanos(), () -> channels.onPacket(packet));
        }
    }

    public final VirtualTime time = new VirtualTime();
    public final Side left;
    public final Side right;

    public Pair(LocalIdentity left, LocalIdentity right) {
        this(left, right, ChannelLimits.DEFAULTS);
    }

    public Pair(LocalIdentity left, LocalIdentity right, ChannelLimits limits) {
        this.left = new Side(left, limits);
        this.right = new Side(right, limits);
        this.left.other = this.right;
        this.right.other = this.left;
    }

    /// A fault that lets nothing through.
    public static @Nullable ByteBuf swallow(@Nullable ByteBuf packet) {
        if (packet != null) {
            packet.release();
        }
        return null;
    }

    /// Whether neither side has anything open, reserved or queued, but for the channels' own windows.
    public boolean isQuiet() {
        return left.streams.open() == 0
                && right.streams.open() == 0
                && left.streams.queuedBytes.sum() == 0
                && right.streams.queuedBytes.sum() == 0;
    }
}
