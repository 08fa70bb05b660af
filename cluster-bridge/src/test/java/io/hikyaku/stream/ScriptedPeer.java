package io.hikyaku.stream;

import io.hikyaku.channel.Channel;
import io.hikyaku.channel.ChannelCounters;
import io.hikyaku.channel.ChannelUser;
import io.hikyaku.channel.Channels;
import io.hikyaku.channel.Closed;
import io.hikyaku.channel.Shard;
import io.hikyaku.channel.handshake.CurrentIdentity;
import io.hikyaku.channel.handshake.LocalIdentity;
import io.hikyaku.config.limits.ChannelLimits;
import io.hikyaku.loop.VirtualTime;
import io.hikyaku.stream.credit.MemoryBudget;
import io.hikyaku.wire.stream.StreamFrame;
import io.hikyaku.wire.stream.StreamFrames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// The far end of a channel that says exactly what a test makes it say, allowed or not, to a [StreamMux] at the near
/// end.
final class ScriptedPeer implements ChannelUser {
    static final Duration SOON = Duration.ofSeconds(1);

    final VirtualTime time = new VirtualTime();
    final ChannelCounters counters = new ChannelCounters();
    final StreamCounters streams = new StreamCounters();
    final MemoryBudget budget;
    final Channels<StreamMux> near;
    final Channels<ScriptedPeer> far;
    final StreamMux mux;
    final List<Recorder> accepted = new ArrayList<>();
    /// Frames that arrived here, without their bytes.
    final List<StreamFrame> heard = new ArrayList<>();
    StreamAcceptor acceptor = (stream, metadata) -> new Recorder(stream);
    /// Whether packets from the near end get lost.
    boolean deaf;
    int credit = 64 * 1024;
    long heardBytes;
    int packets;

    @Nullable
    Closed closed;

    private final Queue<ByteBuf> script = new ArrayDeque<>();
    private @Nullable Channel channel;

    ScriptedPeer(LocalIdentity nearIdentity, LocalIdentity farIdentity, ChannelLimits limits, MemoryBudget budget) {
        this.budget = budget;
        StreamSettings settings =
                new StreamSettings(256 * 1024, limits.window().bytes(), limits.maxStreams(), budget, streams);
        near = new Channels<>(
                new Shard(
                        0,
                        1,
                        limits,
                        new CurrentIdentity(nearIdentity),
                        time,
                        this::toFar,
                        UnpooledByteBufAllocator.DEFAULT,
                        counters),
                peer -> new StreamMux(time, settings, known -> this::accept));
        far = new Channels<>(
                new Shard(
                        0,
                        1,
                        ChannelLimits.DEFAULTS,
                        new CurrentIdentity(farIdentity),
                        time,
                        packet -> time.after(1_000_000, () -> near.onPacket(packet)),
                        UnpooledByteBufAllocator.DEFAULT,
                        new ChannelCounters()),
                peer -> this);
        mux = near.to(farIdentity.key().nodeId());
    }

    static ScriptedPeer with(LocalIdentity near, LocalIdentity far) {
        ScriptedPeer peer = new ScriptedPeer(near, far, ChannelLimits.DEFAULTS, new MemoryBudget(Pair.BUDGET));
        return peer.connected();
    }

    /// Waits for the channel; its first stream id here is 1.
    ScriptedPeer connected() {
        time.await("channel", Duration.ofSeconds(5), () -> channel != null);
        time.run(SOON);
        return this;
    }

    Channel channel() {
        return Objects.requireNonNull(channel);
    }

    private StreamHandler accept(Stream stream, ByteBuf metadata) {
        StreamHandler handler = acceptor.onOpen(stream, metadata);
        if (handler instanceof Recorder recorder) {
            accepted.add(recorder);
        }
        return handler;
    }

    private void toFar(ByteBuf packet) {
        packets++;
        if (deaf) {
            packet.release();
        } else {
            time.after(1_000_000, () -> far.onPacket(packet));
        }
    }

    /// Says the frames, in one packet, at the end of the turn.
    void says(StreamFrame... frames) {
        ByteBuf bytes = Unpooled.buffer();
        for (StreamFrame frame : frames) {
            StreamFrames.write(bytes, frame);
        }
        script.add(bytes);
        channel().wake();
    }

    static StreamFrame.Open open(long stream) {
        return new StreamFrame.Open(stream, 1024 * 1024, 64 * 1024, Recorder.bytes("m"));
    }

    static StreamFrame.Data data(long stream, int length) {
        return new StreamFrame.Data(stream, Unpooled.wrappedBuffer(new byte[length]));
    }

    <F extends StreamFrame> List<F> heard(Class<F> type) {
        return heard.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @Override
    public int initialCredit() {
        return credit;
    }

    @Override
    public void onOpen(Channel opened, int peerCredit) {
        channel = opened;
    }

    @Override
    public int pendingBytes() {
        return script.isEmpty() ? 0 : script.element().readableBytes();
    }

    @Override
    public int fill(ByteBuf out, int max) {
        ByteBuf bytes = script.remove();
        int length = bytes.readableBytes();
        out.writeBytes(bytes);
        bytes.release();
        return length;
    }

    @Override
    public void onPayload(ByteBuf payload) {
        for (StreamFrame frame = StreamFrames.readNext(payload);
                frame != null;
                frame = StreamFrames.readNext(payload)) {
            if (frame instanceof StreamFrame.Data data) {
                heardBytes += data.data().readableBytes();
                heard.add(new StreamFrame.Data(data.stream(), Unpooled.EMPTY_BUFFER));
            } else if (frame instanceof StreamFrame.Open open) {
                heard.add(new StreamFrame.Open(open.stream(), open.credit(), open.initial(), Unpooled.EMPTY_BUFFER));
            } else {
                heard.add(frame);
            }
        }
    }

    @Override
    public void onInitialCredit(int bytes) {}

    @Override
    public boolean isIdle() {
        return false;
    }

    @Override
    public void onClosed(Closed reason) {
        closed = reason;
        script.forEach(ByteBuf::release);
        script.clear();
    }
}
