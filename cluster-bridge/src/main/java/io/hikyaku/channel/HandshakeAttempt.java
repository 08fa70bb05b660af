package io.hikyaku.channel;

import io.hikyaku.channel.handshake.Handshake;
import io.hikyaku.channel.handshake.SegmentStream;
import io.hikyaku.loop.Loop;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.hikyaku.wire.channel.ChannelFrame.CloseCode;
import io.hikyaku.wire.channel.HandshakeFrame;
import io.hikyaku.wire.channel.HandshakeFrame.RejectCode;
import io.hikyaku.wire.channel.HandshakeFrame.Segment;
import io.hikyaku.wire.channel.HandshakeFrames;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One handshake under one channel id: carries the TLS bytes in packets and sends them again until they are
/// acknowledged (PROTOCOL.md §5.1). The crypto runs off the event loop, one step at a time.
final class HandshakeAttempt<U extends ChannelUser> {
    /// Data packets kept that overtook the end of the handshake.
    static final int MAX_EARLY_PACKETS = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(HandshakeAttempt.class);
    private static final long FIRST_RESEND_NANOS = Duration.ofMillis(400).toNanos();
    private static final long MAX_RESEND_NANOS = Duration.ofSeconds(2).toNanos();

    /// What becomes of attempts; implemented by [Channels].
    interface Outcome<U extends ChannelUser> {
        void onComplete(HandshakeAttempt<U> attempt, Handshake.Result result);

        /// Nothing more is to be sent or received under the attempt's id.
        void onEnded(HandshakeAttempt<U> attempt);

        /// @param mayRetry whether another attempt under a fresh id could succeed
        void onFailed(HandshakeAttempt<U> attempt, CloseCode code, String why, boolean mayRetry);
    }

    private final Shard shard;
    private final ChannelKey key;
    private final U user;
    private final Outcome<U> outcome;
    private final long deadlineNanos;
    private final int tries;
    private long startedAt;
    private final Handshake handshake;
    private final SegmentStream stream = new SegmentStream();
    private final Queue<ByteBuf> early = new ArrayDeque<>();
    private @Nullable Segment firstSegment;
    private long earlyBytes;
    private long resendNanos = FIRST_RESEND_NANOS;
    private Loop.@Nullable Timer timer;
    private Handshake.@Nullable Result result;
    private @Nullable String failure;
    private boolean working;
    private boolean complete;
    private boolean ended;

    HandshakeAttempt(Shard shard, ChannelKey key, U user, Outcome<U> outcome, long deadlineNanos, int tries) {
        this.shard = shard;
        this.key = key;
        this.user = user;
        this.outcome = outcome;
        this.deadlineNanos = deadlineNanos;
        this.tries = tries;
        handshake = new Handshake(
                shard.identity().get(), key.peer(), key.id(), key.initiatedHere(), shard.count(), user.initialCredit());
    }

    ChannelKey key() {
        return key;
    }

    U user() {
        return user;
    }

    /// How many attempts were made before this one for the same user.
    int tries() {
        return tries;
    }

    /// Whether this node offered the channel and does not have it yet.
    boolean isOffer() {
        return key.initiatedHere() && !complete;
    }

    /// How long it has taken so far; a round trip at least when it is complete.
    long nanos() {
        return shard.loop().nanos() - startedAt;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    Queue<ByteBuf> early() {
        return early;
    }

    /// Bytes of early packets, which no longer count after this.
    long takeEarlyBytes() {
        long bytes = earlyBytes;
        earlyBytes = 0;
        return bytes;
    }

    /// The initiator's first bytes, or the responder's wait for them.
    void start() {
        startedAt = shard.loop().nanos();
        startTimer();
        if (key.initiatedHere()) {
            work();
        }
    }

    /// Starts later: what made the attempt before this one fail may last for a moment.
    void startAfter(long nanos) {
        timer = shard.loop().after(nanos, this::start);
    }

    void onSegment(Segment segment) {
        if (ended) {
            return;
        }
        if (segment.minVersion() > Handshake.VERSION) {
            reject(RejectCode.VERSION);
            fail(CloseCode.OTHER, "The other side speaks channel version " + segment.minVersion() + " at least", false);
            return;
        }
        if (firstSegment == null) {
            firstSegment = segment;
        }
        boolean fresh = stream.onSegment(segment);
        if (complete) {
            if (segment.bytes().length > 0) {
                stream.rewind();
                sendPieces(true);
            }
            if (stream.allAcknowledged()) {
                end();
            }
        } else if (fresh) {
            work();
        } else if (segment.bytes().length > 0) {
            sendPieces(true);
        }
    }

    /// Keeps a data packet that came before the handshake was complete, taking ownership. Returns false, without
    /// taking it, if there is no room.
    boolean keepEarly(ByteBuf packet) {
        if (ended || early.size() >= MAX_EARLY_PACKETS) {
            return false;
        }
        earlyBytes += packet.readableBytes();
        return early.add(packet);
    }

    /// Gives up because of something outside the handshake. One that is complete only stops sending its last bytes:
    /// its user belongs to the channel then.
    void fail(CloseCode code, String why, boolean mayRetry) {
        if (!ended) {
            end();
            if (!complete) {
                outcome.onFailed(this, code, why, mayRetry);
            }
        }
    }

    /// Ends without telling anybody: another attempt has taken the user over, or the shard closes.
    void end() {
        ended = true;
        outcome.onEnded(this);
        if (timer != null) {
            timer.cancel();
        }
        early.forEach(ByteBuf::release);
        early.clear();
    }

    private void work() {
        if (working) {
            return;
        }
        working = true;
        byte[] arrived = stream.takeArrived();
        shard.loop().offLoop(() -> step(arrived), this::afterStep);
    }

    private void step(byte[] arrived) {
        try {
            result = handshake.advance(arrived);
        } catch (Handshake.Failed e) {
            failure = String.valueOf(e.getMessage());
        } catch (Malformed e) {
            failure = "Channel greeting: " + e.getMessage();
        } catch (RuntimeException e) {
            LOG.error("Handshake with {} failed unexpectedly", key.peer(), e);
            failure = "Internal error";
        }
    }

    private void afterStep() {
        working = false;
        if (ended) {
            return;
        }
        if (!stream.append(handshake.takeOutput())) {
            failure = "TLS wants to send more than " + HandshakeFrame.MAX_STREAM_BYTES + " bytes";
        } else if (result != null && firstSegment != null && !result.agreesWith(firstSegment)) {
            failure = "Versions or shards were changed on the path";
        }
        sendPieces(true);
        if (failure != null) {
            reject(RejectCode.FAILED);
            fail(CloseCode.UNAUTHENTIC, failure, true);
        } else if (result != null) {
            complete = true;
            outcome.onComplete(this, result);
            if (stream.allAcknowledged()) {
                end();
            }
        } else if (stream.hasArrived()) {
            work();
        }
    }

    private void startTimer() {
        timer = shard.loop().after(resendNanos, this::onTimer);
    }

    private void onTimer() {
        if (shard.loop().nanos() >= deadlineNanos) {
            if (complete) {
                end();
            } else {
                fail(CloseCode.DEAD_PATH, "No answer to the handshake in time", false);
            }
            return;
        }
        stream.rewind();
        sendPieces(false);
        resendNanos = Math.min(2 * resendNanos, MAX_RESEND_NANOS);
        startTimer();
    }

    private void sendPieces(boolean evenIfEmpty) {
        boolean first = evenIfEmpty;
        while (first || stream.hasMore()) {
            first = false;
            int offset = stream.offset();
            send(new Segment(
                    Handshake.VERSION,
                    Handshake.VERSION,
                    shard.count(),
                    offset,
                    stream.received(),
                    stream.nextPiece()));
        }
    }

    void reject(RejectCode code) {
        send(new HandshakeFrame.Reject(code));
    }

    private void send(HandshakeFrame frame) {
        shard.out().send(packet(shard, key, frame));
    }

    static ByteBuf packet(Shard shard, ChannelKey key, HandshakeFrame frame) {
        ByteBuf packet = shard.allocator().heapBuffer(Packet.HEADER_BYTES + 64);
        packet.writerIndex(Packet.HEADER_BYTES);
        HandshakeFrames.write(packet, frame);
        int end = packet.writerIndex();
        packet.writerIndex(0);
        new Packet(
                        PacketKind.HANDSHAKE,
                        Packet.DEFAULT_HOP_LIMIT,
                        key.initiatedHere(),
                        end - Packet.HEADER_BYTES,
                        key.peer(),
                        shard.self(),
                        key.id(),
                        0,
                        0)
                .write(packet);
        return packet.writerIndex(end);
    }
}
