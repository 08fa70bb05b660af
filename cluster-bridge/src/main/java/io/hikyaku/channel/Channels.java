package io.hikyaku.channel;

import io.hikyaku.channel.handshake.Handshake;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.hikyaku.wire.channel.ChannelFrame.CloseCode;
import io.hikyaku.wire.channel.HandshakeFrame.Reject;
import io.hikyaku.wire.channel.HandshakeFrame.RejectCode;
import io.hikyaku.wire.channel.HandshakeFrame.Segment;
import io.hikyaku.wire.channel.HandshakeFrames;
import io.hikyaku.wire.route.PushBack;
import io.netty.buffer.ByteBuf;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The channels of one shard: finds the channel of a packet, makes channels to peers when they are wanted, answers
/// offers, and decides between crossing ones (PROTOCOL.md §5.2).
///
/// @param <U> the layer above a channel
public final class Channels<U extends ChannelUser> {
    /// Most handshakes at once; further offers are told BUSY.
    static final int MAX_ATTEMPTS = 1024;
    /// Most open channels; further offers are told BUSY.
    static final int MAX_CHANNELS = 16_384;
    /// Most bytes of all data packets together that came before their handshakes were complete.
    static final long MAX_EARLY_BYTES = 16 * 1024 * 1024;

    /// How often a failed handshake is tried again under a fresh id, within the total time that it has.
    private static final int MAX_RETRIES = 3;
    /// How long the first retry waits; each one after it waits for twice as long.
    private static final long RETRY_NANOS = Duration.ofMillis(100).toNanos();
    /// Answers to packets of unknown channels, per second.
    private static final int MAX_REJECTS_PER_SECOND = 200;
    /// How long a peer may be unreachable before its channels close.
    private static final long UNREACHABLE_NANOS = Duration.ofSeconds(2).toNanos();

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(Channels.class);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Shard shard;
    private final Function<NodeId, U> users;
    private final Map<ChannelKey, HandshakeAttempt<U>> attempts = new HashMap<>();
    private final Map<ChannelKey, Channel> channels = new HashMap<>();
    private final Map<NodeId, PeerChannels<U>> byPeer = new HashMap<>();
    private final Map<NodeId, Long> unreachableSince = new HashMap<>();
    private final HandshakeAttempt.Outcome<U> outcome = new AttemptOutcome();
    private long rejectsSince;
    private int rejects;
    private long earlyBytes;
    private boolean stopped;

    /// @param users makes the user of a new channel to a peer
    public Channels(Shard shard, Function<NodeId, U> users) {
        this.shard = shard;
        this.users = users;
        rejectsSince = shard.loop().nanos();
    }

    /// The user of a channel to the peer, which is being opened if there is none that answers.
    public U to(NodeId peer) {
        PeerChannels<U> known = byPeer.get(peer);
        U best = known == null || known.wantsAnother() ? null : known.best();
        if (best != null) {
            return best;
        }
        U user = users.apply(peer);
        if (stopped) {
            user.onClosed(new Closed(CloseCode.LEAVING, "This bridge stops", false, false));
        } else if (user.initialCredit() == 0) {
            user.onClosed(new Closed(CloseCode.LIMIT, "No memory is left for another channel", false, false));
            U silent = existing(peer);
            return silent == null ? user : silent;
        } else {
            long deadline =
                    shard.loop().nanos() + shard.limits().handshakeTimeout().toNanos();
            offer(peer, user, deadline, 0).start();
        }
        return user;
    }

    /// What [#to] would give without opening anything, or else a channel that does not answer just now; null if
    /// there is nothing.
    public @Nullable U existing(NodeId peer) {
        PeerChannels<U> known = byPeer.get(peer);
        return known == null ? null : known.best();
    }

    /// Handshakes that go on, or whose last bytes are not acknowledged yet.
    int handshakes() {
        return attempts.size();
    }

    /// A HANDSHAKE or DATA packet for this shard; takes ownership.
    public void onPacket(ByteBuf packet) {
        ChannelKey key = new ChannelKey(Packet.source(packet), Packet.channel(packet), !Packet.fromInitiator(packet));
        if (Packet.kind(packet) == PacketKind.DATA) {
            onData(key, packet);
        } else {
            onHandshake(key, packet);
        }
    }

    /// Push-back about packets sent to a node.
    public void onPushBack(PushBack pushBack) {
        switch (pushBack) {
            case PushBack.Pause pause ->
                channelsTo(pause.destination())
                        .forEach(channel ->
                                channel.pause(Duration.ofMillis(pause.millis()).toNanos()));
            case PushBack.Resume resume -> channelsTo(resume.destination()).forEach(Channel::resume);
            case PushBack.Dropped dropped -> onDropped(dropped);
        }
    }

    /// There is room again for a channel's packets.
    public void onWritable(NodeId peer, long id) {
        for (boolean initiatedHere : new boolean[] {true, false}) {
            Channel channel = channels.get(new ChannelKey(peer, id, initiatedHere));
            if (channel != null) {
                channel.wake();
            }
        }
    }

    /// There is no path to the node any more; if there is none for a while, its channels close.
    public void onUnreachable(NodeId peer) {
        failHandshakes(peer);
        if (!channelsTo(peer).isEmpty() && !unreachableSince.containsKey(peer)) {
            long since = shard.loop().nanos();
            unreachableSince.put(peer, since);
            shard.loop().after(UNREACHABLE_NANOS, () -> closeIfStillUnreachable(peer, since));
        }
    }

    /// Nothing gets to the node for now: everything that waits for a channel to it is told so at once. Open
    /// channels stay, since their streams go on if the node can be reached again in time.
    public void failHandshakes(NodeId peer) {
        attemptsTo(peer)
                .forEach(attempt -> attempt.fail(CloseCode.DEAD_PATH, "No path to node " + peer.abbreviated(), false));
    }

    /// There is a path to the node again.
    public void onReachable(NodeId peer) {
        unreachableSince.remove(peer);
        onPathDoubted(peer);
    }

    /// Something to or from the node may have been lost: nothing new is begun on its channels until they have
    /// been asked and have answered.
    public void onPathDoubted(NodeId peer) {
        channelsTo(peer).forEach(Channel::doubtPath);
    }

    /// Every open channel of this shard, for status.
    public Collection<Channel> open() {
        return List.copyOf(channels.values());
    }

    /// Closes everything, telling the other sides, and opens nothing more.
    public void close() {
        stopped = true;
        new ArrayList<>(attempts.values())
                .forEach(attempt -> attempt.fail(CloseCode.LEAVING, "This bridge stops", false));
        new ArrayList<>(channels.values()).forEach(channel -> channel.close(CloseCode.LEAVING, "The bridge stops"));
    }

    void onChannelClosed(Channel channel) {
        channels.remove(channel.key());
        shard.counters().closed.increment();
        HandshakeAttempt<U> lingering = attempts.get(channel.key());
        if (lingering != null) {
            lingering.end();
        }
        forget(channel.peer().node(), channel.user());
    }

    private void onData(ChannelKey key, ByteBuf packet) {
        Channel channel = channels.get(key);
        HandshakeAttempt<U> attempt = channel == null ? attempts.get(key) : null;
        if (channel != null) {
            channel.onPacket(packet);
        } else if (attempt != null) {
            onEarly(attempt, packet);
        } else {
            packet.release();
            shard.counters().stray.increment();
            reject(key, RejectCode.UNKNOWN_CHANNEL);
        }
    }

    private void onEarly(HandshakeAttempt<U> attempt, ByteBuf packet) {
        int bytes = packet.readableBytes();
        if (earlyBytes + bytes <= MAX_EARLY_BYTES && attempt.keepEarly(packet)) {
            earlyBytes += bytes;
        } else {
            packet.release();
            shard.counters().stray.increment();
        }
    }

    private void onHandshake(ChannelKey key, ByteBuf packet) {
        try {
            packet.skipBytes(Packet.HEADER_BYTES);
            switch (HandshakeFrames.read(packet)) {
                case Segment segment -> onSegment(key, segment);
                case Reject reject -> onReject(key, reject.code());
            }
        } catch (Malformed e) {
            LOG.debug("Handshake packet from {}: {}", key.peer(), e.getMessage());
            shard.counters().stray.increment();
        } finally {
            packet.release();
        }
    }

    private void onSegment(ChannelKey key, Segment segment) {
        HandshakeAttempt<U> attempt = attempts.get(key);
        boolean first = segment.offset() == 0 && segment.bytes().length > 0 && key.id() != 0;
        if (attempt == null && !key.initiatedHere() && !channels.containsKey(key) && first) {
            attempt = answer(key, segment.shardCount());
        }
        if (attempt != null) {
            attempt.onSegment(segment);
        } else if (!channels.containsKey(key)) {
            reject(key, RejectCode.UNKNOWN_CHANNEL);
        }
    }

    private void onReject(ChannelKey key, RejectCode code) {
        HandshakeAttempt<U> attempt = attempts.get(key);
        Channel channel = channels.get(key);
        if (channel != null) {
            channel.doubt();
        } else if (attempt != null && code != RejectCode.CROSSED) {
            boolean mayRetry = code != RejectCode.VERSION && code != RejectCode.LEAVING;
            attempt.fail(reason(code), "The other side rejected the handshake: " + code, mayRetry);
        }
    }

    private static CloseCode reason(RejectCode code) {
        return switch (code) {
            case BUSY -> CloseCode.LIMIT;
            case FAILED -> CloseCode.UNAUTHENTIC;
            case LEAVING -> CloseCode.LEAVING;
            case OTHER, CROSSED, VERSION, UNKNOWN_CHANNEL -> CloseCode.OTHER;
        };
    }

    private void onDropped(PushBack.Dropped dropped) {
        for (Channel channel : channelsTo(dropped.destination())) {
            if (channel.id() == dropped.channel()) {
                CloseCode code = dropped.unreachable() ? CloseCode.DEAD_PATH : CloseCode.GAP;
                channel.close(code, "A packet was dropped on the path");
            }
        }
        if (dropped.unreachable()) {
            for (HandshakeAttempt<U> attempt : attemptsTo(dropped.destination())) {
                if (attempt.key().id() == dropped.channel()) {
                    attempt.fail(
                            CloseCode.DEAD_PATH,
                            "No path to node " + dropped.destination().abbreviated(),
                            false);
                }
            }
        }
    }

    private HandshakeAttempt<U> offer(NodeId peer, U user, long deadline, int tries) {
        PeerChannels<U> to = byPeer.computeIfAbsent(peer, first -> new PeerChannels<>());
        to.expect(user);
        ChannelKey key = new ChannelKey(peer, freshId(), true);
        HandshakeAttempt<U> attempt = new HandshakeAttempt<>(shard, key, user, outcome, deadline, tries);
        attempts.put(key, attempt);
        return attempt;
    }

    /// A channel id that leads packets back to this shard.
    private long freshId() {
        long id;
        do {
            id = RANDOM.nextLong();
        } while (id == 0 || Long.remainderUnsigned(id, shard.count()) != shard.index());
        return id;
    }

    /// Takes up an offer, unless it crosses one of ours that is in progress (PROTOCOL.md §5.2).
    private @Nullable HandshakeAttempt<U> answer(ChannelKey key, int peerShardCount) {
        if (stopped || attempts.size() >= MAX_ATTEMPTS || channels.size() >= MAX_CHANNELS) {
            reject(key, stopped ? RejectCode.LEAVING : RejectCode.BUSY);
            return null;
        }
        HandshakeAttempt<U> crossing = crossing(key, peerShardCount);
        if (crossing != null && shard.self().compareTo(key.peer()) < 0) {
            reject(key, RejectCode.CROSSED);
            return null;
        }
        HandshakeAttempt<U> attempt = crossing == null ? fresh(key) : takeOver(crossing, key);
        if (attempt == null) {
            reject(key, RejectCode.BUSY);
        } else {
            attempts.put(key, attempt);
            attempt.start();
        }
        return attempt;
    }

    /// The answer to an offer that nobody here has waited for: if it fails, it is not tried again from here.
    private @Nullable HandshakeAttempt<U> fresh(ChannelKey key) {
        U user = users.apply(key.peer());
        if (user.initialCredit() == 0) {
            user.onClosed(new Closed(CloseCode.LIMIT, "No memory is left for another channel", false, false));
            return null;
        }
        byPeer.computeIfAbsent(key.peer(), first -> new PeerChannels<>()).expectIfNone(user);
        long deadline = shard.loop().nanos() + shard.limits().handshakeTimeout().toNanos();
        return new HandshakeAttempt<>(shard, key, user, outcome, deadline, MAX_RETRIES);
    }

    /// The answer to an offer that crosses our own: if it fails, ours is made again, since its user still waits.
    private HandshakeAttempt<U> takeOver(HandshakeAttempt<U> crossing, ChannelKey key) {
        crossing.end();
        return new HandshakeAttempt<>(shard, key, crossing.user(), outcome, crossing.deadlineNanos(), crossing.tries());
    }

    /// Our own offer to the same event loop of the same peer, if there is one.
    private @Nullable HandshakeAttempt<U> crossing(ChannelKey offered, int peerShardCount) {
        long peerShard = Long.remainderUnsigned(offered.id(), peerShardCount);
        for (HandshakeAttempt<U> attempt : attemptsTo(offered.peer())) {
            if (attempt.isOffer() && Long.remainderUnsigned(attempt.key().id(), peerShardCount) == peerShard) {
                return attempt;
            }
        }
        return null;
    }

    private void reject(ChannelKey key, RejectCode code) {
        long now = shard.loop().nanos();
        if (now - rejectsSince >= NANOS_PER_SECOND) {
            rejectsSince = now;
            rejects = 0;
        }
        if (rejects++ < MAX_REJECTS_PER_SECOND) {
            shard.out().send(HandshakeAttempt.packet(shard, key, new Reject(code)));
        }
    }

    private void closeIfStillUnreachable(NodeId peer, long since) {
        if (Long.valueOf(since).equals(unreachableSince.get(peer))) {
            unreachableSince.remove(peer);
            channelsTo(peer).forEach(channel -> channel.close(CloseCode.DEAD_PATH, "No path to the node"));
        }
    }

    private List<Channel> channelsTo(NodeId peer) {
        PeerChannels<U> known = byPeer.get(peer);
        return known == null ? List.of() : known.channels();
    }

    private List<HandshakeAttempt<U>> attemptsTo(NodeId peer) {
        return attempts.values().stream()
                .filter(attempt -> attempt.key().peer().equals(peer))
                .toList();
    }

    private void forget(NodeId peer, ChannelUser user) {
        PeerChannels<U> known = byPeer.get(peer);
        if (known != null) {
            known.onGone(user);
            if (known.isEmpty()) {
                byPeer.remove(peer);
            }
        }
    }

    private final class AttemptOutcome implements HandshakeAttempt.Outcome<U> {
        @Override
        public void onComplete(HandshakeAttempt<U> attempt, Handshake.Result result) {
            Channel channel = new Channel(shard, attempt.key(), attempt.user(), Channels.this, result, attempt.nanos());
            channels.put(attempt.key(), channel);
            byPeer.computeIfAbsent(attempt.key().peer(), first -> new PeerChannels<>())
                    .onOpen(channel, attempt.user());
            shard.counters().opened.increment();
            earlyBytes -= attempt.takeEarlyBytes();
            channel.open(result.greeting().initialCredit());
            for (ByteBuf packet = attempt.early().poll();
                    packet != null;
                    packet = attempt.early().poll()) {
                channel.onPacket(packet);
            }
        }

        @Override
        public void onEnded(HandshakeAttempt<U> attempt) {
            attempts.remove(attempt.key(), attempt);
            earlyBytes -= attempt.takeEarlyBytes();
        }

        @Override
        public void onFailed(HandshakeAttempt<U> attempt, CloseCode code, String why, boolean mayRetry) {
            NodeId peer = attempt.key().peer();
            shard.counters().handshakesFailed.increment();
            if (mayRetry && attempt.tries() < MAX_RETRIES && shard.loop().nanos() < attempt.deadlineNanos()) {
                offer(peer, attempt.user(), attempt.deadlineNanos(), attempt.tries() + 1)
                        .startAfter(RETRY_NANOS << attempt.tries());
                return;
            }
            LOG.info("No channel to node {}: {}", peer.abbreviated(), why);
            forget(peer, attempt.user());
            attempt.user().onClosed(new Closed(code, why, false, false));
        }
    }
}
