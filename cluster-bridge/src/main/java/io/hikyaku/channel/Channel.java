package io.hikyaku.channel;

import io.hikyaku.channel.crypto.Opener;
import io.hikyaku.channel.crypto.Sealer;
import io.hikyaku.channel.handshake.Handshake;
import io.hikyaku.channel.handshake.Peer;
import io.hikyaku.loop.Loop;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.hikyaku.wire.channel.ChannelFrame;
import io.hikyaku.wire.channel.ChannelFrame.Ack;
import io.hikyaku.wire.channel.ChannelFrame.Close;
import io.hikyaku.wire.channel.ChannelFrame.CloseCode;
import io.hikyaku.wire.channel.ChannelFrame.InitialCredit;
import io.hikyaku.wire.channel.ChannelFrame.Ping;
import io.hikyaku.wire.channel.ChannelFrame.Pong;
import io.hikyaku.wire.channel.ChannelFrames;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An open channel: numbers, seals and sends what its user has, once per event-loop turn and in as few packets as
/// possible; opens, orders and delivers what the other side sent (PROTOCOL.md §5.4). It notices a gap that does not
/// close and a path that stays dead, and closes with that reason.
///
/// ```
///  open ──(gap, dead path, malformed, idle, peer's CLOSE or REJECT, push-back DROPPED, close())──▶ closed
/// ```
public final class Channel {
    /// Most plaintext in one packet, in bytes.
    static final int MAX_PLAINTEXT = 16 * 1024;
    /// Packets sent in one turn before other work of the event loop gets its turn.
    static final int MAX_PACKETS_PER_TURN = 16;
    /// Packets that may arrive before an acknowledgement is sent without waiting for something to go with it.
    static final int PACKETS_PER_ACK = 16;
    /// How long an acknowledgement waits for something to go with it.
    static final long ACK_DELAY_NANOS = Duration.ofMillis(25).toNanos();
    /// How long a channel without streams stays open.
    static final long IDLE_NANOS = Duration.ofMinutes(5).toNanos();

    private static final Logger LOG = LoggerFactory.getLogger(Channel.class);

    /// Bytes in flight at once. Relays keep little for a slow link until their PAUSE arrives here, and drop the
    /// rest.
    static final long MAX_IN_FLIGHT = 4 * 1024 * 1024;

    private static final long MIN_PROBE_NANOS = Duration.ofSeconds(1).toNanos();
    /// A channel without streams is probed less often.
    private static final int IDLE_KEEPALIVE_FACTOR = 5;
    /// Acknowledgement, credit and pong, ping: what one packet may hold besides the user's frames.
    private static final int CONTROL_BYTES = 64;
    /// What a packet holds besides its plaintext, at most.
    private static final int OVERHEAD_BYTES = Packet.HEADER_BYTES + ChannelFrames.ACK_BYTES + Sealer.TAG_BYTES;
    /// Room for the largest frame that cannot be divided, OPEN with all its metadata, however little the path
    /// takes.
    private static final int LEAST_PLAINTEXT = 4096 + 4 * CONTROL_BYTES;

    private final Shard shard;
    private final ChannelKey key;
    private final Peer peer;
    private final ChannelUser user;
    private final Channels<?> owner;
    private final Packet address;
    private final Sealer sealer;
    private final Opener opener;
    private final ReceiveWindow received;
    private final long maxUnacknowledged;
    private final BytesInFlight inFlight;
    private final long keepaliveNanos;
    private final long deadNanos;
    private final long gapNanos;
    private final long handshakeNanos;

    private boolean closed;
    private boolean flushing;
    private Loop.@Nullable Timer pause;
    private boolean doubted;
    private boolean pathDoubted;
    private long pathDoubtedAt;

    private long acknowledged;
    private long lastElicited = -1;
    private long awaitingSince;
    private boolean probed;
    private long pongToken;
    private boolean pongDue;
    private boolean pingDue;
    private int initialCredit;
    private boolean initialCreditDue;

    private long lastReceivedAt;
    private long gapSince;
    private long gapAt = -1;
    private long unauthentic = -1;
    private int unacknowledgedArrivals;
    private boolean ackTimer;
    private long roundTripNanos = -1;
    private long idleSince;
    private long lastPingAt;
    private long pingToken;
    private boolean pongAwaited;
    private Loop.@Nullable Timer upkeep;
    private long upkeepDueAt;

    Channel(
            Shard shard,
            ChannelKey key,
            ChannelUser user,
            Channels<?> owner,
            Handshake.Result result,
            long handshakeNanos) {
        this.shard = shard;
        this.key = key;
        this.user = user;
        this.owner = owner;
        this.peer = result.peer();
        long now = shard.loop().nanos();
        address = new Packet(
                PacketKind.DATA,
                Packet.DEFAULT_HOP_LIMIT,
                key.initiatedHere(),
                0,
                key.peer(),
                shard.self(),
                key.id(),
                0,
                0);
        sealer = new Sealer(result.secret(), key.initiatedHere(), now);
        opener = new Opener(result.secret(), !key.initiatedHere(), shard.allocator());
        received = new ReceiveWindow(shard.limits().reorderWindow(), MAX_IN_FLIGHT);
        maxUnacknowledged = shard.limits().reorderWindow();
        inFlight = new BytesInFlight(shard.limits().reorderWindow());
        keepaliveNanos = shard.limits().keepaliveInterval().toNanos();
        deadNanos = shard.limits().deadAfter().toNanos();
        gapNanos = shard.limits().gapTimeout().toNanos();
        this.handshakeNanos = handshakeNanos;
        lastReceivedAt = now;
        idleSince = now;
    }

    public Peer peer() {
        return peer;
    }

    public long id() {
        return key.id();
    }

    ChannelKey key() {
        return key;
    }

    /// The layer above.
    public ChannelUser user() {
        return user;
    }

    public boolean initiatedHere() {
        return key.initiatedHere();
    }

    /// Smoothed round trip, or −1 before it was measured.
    public long roundTripNanos() {
        return roundTripNanos;
    }

    /// Tells the user, measures the round trip, and starts the upkeep.
    void open(int peerInitialCredit) {
        user.onOpen(this, peerInitialCredit);
        ping();
        scheduleUpkeep();
    }

    /// The number of the packet that is being filled, or comes next.
    public long nextPacket() {
        return sealer.nextSequence();
    }

    /// All packets with a lower number have been taken by the other side. Once it has closed the channel, those
    /// with this and higher numbers never will be.
    public long acknowledged() {
        return acknowledged;
    }

    /// Says that there is something to send. It leaves at the end of this turn.
    public void wake() {
        if (!flushing && !closed) {
            flushing = true;
            shard.loop().execute(this::flush);
        }
    }

    /// Tells the other side what each stream that it opens from now on may send before it is granted more.
    ///
    /// @param bytes 0 to [io.hikyaku.wire.InitialCredits#MAX]
    public void tellInitialCredit(int bytes) {
        initialCredit = bytes;
        initialCreditDue = true;
        wake();
    }

    /// Closes and tells the other side why. The user gets its `onClosed` before this returns.
    public void close(CloseCode code, String detail) {
        if (!closed) {
            unacknowledgedArrivals++; // so that the other side knows what never arrived here
            ByteBuf packet = begin(CONTROL_BYTES + Close.MAX_DETAIL_BYTES);
            ChannelFrames.write(packet, new Close(code, detail));
            sealAndSend(packet);
            end(new Closed(code, detail, false, true));
        }
    }

    /// Ends the channel without a word to the other side.
    void end(Closed reason) {
        if (closed) {
            return;
        }
        closed = true;
        if (upkeep != null) {
            upkeep.cancel();
        }
        cancelPause();
        received.release();
        owner.onChannelClosed(this);
        user.onClosed(reason);
    }

    /// Sends nothing but what keeps the channel alive until [#resume] or until the time is over.
    void pause(long nanos) {
        cancelPause();
        if (!closed) {
            pause = shard.loop().after(nanos, this::resume);
        }
    }

    void resume() {
        cancelPause();
        wake();
    }

    private void cancelPause() {
        if (pause != null) {
            pause.cancel();
            pause = null;
        }
    }

    /// Somebody said that the other side does not have the channel. Nobody vouches for that, so the other side is
    /// asked; if it does not answer in the time of a probe, the channel ends.
    void doubt() {
        if (!doubted && !closed) {
            doubted = true;
            long since = shard.loop().nanos();
            ping();
            shard.loop().after(probeNanos(), () -> onDoubtTimer(since));
        }
    }

    private void onDoubtTimer(long since) {
        doubted = false;
        if (lastReceivedAt - since <= 0) {
            end(new Closed(CloseCode.DEAD_PATH, "The other side does not have the channel", false, true));
        }
    }

    /// Packets may have been lost on the path, in either direction. The other side is asked: it answers when all
    /// that was sent before the question has arrived there, and its answer is read when all that it sent before has
    /// arrived here. Until then nothing new should be begun here.
    void doubtPath() {
        if (!closed) {
            pathDoubted = true;
            pathDoubtedAt = shard.loop().nanos();
            ping();
        }
    }

    private long probeNanos() {
        return Math.max(MIN_PROBE_NANOS, 4 * (roundTripNanos < 0 ? handshakeNanos : roundTripNanos));
    }

    /// How long nothing may be heard: on a long path for longer than configured.
    private long deadNanos() {
        return Math.max(deadNanos, probeNanos());
    }

    /// A DATA packet of this channel; takes ownership.
    void onPacket(ByteBuf packet) {
        try {
            long sequence = Packet.sequence(packet);
            ReceiveWindow.Place place = closed ? ReceiveWindow.Place.OUTSIDE : received.placeOf(sequence);
            switch (place) {
                case DUPLICATE -> shard.counters().duplicates.increment();
                case OUTSIDE -> shard.counters().stray.increment();
                case NEXT, EARLY -> open(packet, sequence, place);
            }
        } finally {
            packet.release();
        }
    }

    private void open(ByteBuf packet, long sequence, ReceiveWindow.Place place) {
        ByteBuf plaintext = opener.open(packet);
        if (plaintext == null) {
            shard.counters().unauthentic.increment();
            if (unauthentic < received.next() || sequence < unauthentic) {
                unauthentic = sequence;
            }
            return;
        }
        shard.counters().packetsReceived.increment();
        shard.counters().bytesReceived.add(packet.readableBytes());
        lastReceivedAt = shard.loop().nanos();
        if (place == ReceiveWindow.Place.EARLY) {
            shard.counters().reordered.increment();
            received.keep(sequence, plaintext);
        } else {
            deliver(plaintext);
        }
        noteGap();
    }

    private void deliver(ByteBuf first) {
        ByteBuf plaintext = first;
        while (plaintext != null) {
            ByteBuf following = received.advance(); // first, so that a CLOSE out of this packet acknowledges it
            read(plaintext);
            if (closed && following != null) {
                following.release();
                following = null;
            }
            plaintext = following;
        }
    }

    private void read(ByteBuf plaintext) {
        try {
            boolean eliciting = false;
            ChannelFrame frame = ChannelFrames.readNext(plaintext);
            while (frame != null && !closed) {
                eliciting |= on(frame);
                frame = ChannelFrames.readNext(plaintext);
            }
            if (plaintext.isReadable() && !closed) {
                eliciting = true;
                user.onPayload(plaintext);
            }
            if (eliciting && !closed) {
                unacknowledgedArrivals++;
                if (unacknowledgedArrivals >= PACKETS_PER_ACK) {
                    wake();
                } else if (!ackTimer) {
                    ackTimer = true;
                    shard.loop().after(ACK_DELAY_NANOS, this::onAckTimer);
                }
            }
        } catch (Malformed e) {
            close(CloseCode.PROTOCOL, String.valueOf(e.getMessage()));
        } finally {
            plaintext.release();
        }
    }

    /// Returns whether the frame asks for an acknowledgement.
    private boolean on(ChannelFrame frame) {
        switch (frame) {
            case Ack ack -> onAck(ack.next());
            case Ping ping -> {
                pongToken = ping.token();
                pongDue = true;
                unacknowledgedArrivals++;
                wake();
            }
            case Pong pong -> onPong(pong.token());
            case InitialCredit credit -> user.onInitialCredit(credit.bytes());
            case Close close -> end(new Closed(close.code(), close.detail(), true, true));
        }
        return !(frame instanceof Ack || frame instanceof Pong);
    }

    private void onAck(long next) {
        if (next > sealer.nextSequence()) {
            throw new Malformed(
                    Malformed.Reason.INVALID_VALUE, "acknowledged " + next + " of " + sealer.nextSequence());
        }
        if (next > acknowledged) {
            boolean wasFull = isFull();
            acknowledged = next;
            inFlight.onAcknowledged(next);
            awaitingSince = shard.loop().nanos();
            probed = false;
            if (wasFull) {
                wake();
            }
            user.onAcknowledged(next);
        }
    }

    private void onPong(long token) {
        if (pongAwaited && token == pingToken) {
            pongAwaited = false;
            pathDoubted &= pingToken - pathDoubtedAt < 0;
            long sample = shard.loop().nanos() - pingToken;
            roundTripNanos = roundTripNanos < 0 ? sample : (7 * roundTripNanos + sample) / 8;
        }
    }

    private void onAckTimer() {
        ackTimer = false;
        if (unacknowledgedArrivals > 0) {
            wake();
        }
    }

    /// Each missing packet has its own time limit: on a path that keeps reordering there is always some gap.
    private void noteGap() {
        long missing = received.hasGap() ? received.next() : -1;
        if (missing != gapAt) {
            gapAt = missing;
            gapSince = shard.loop().nanos();
        }
    }

    /// Whether the other side has not acknowledged anything for longer than it should take and is being probed, or
    /// something may have been lost: whatever is new had better begin elsewhere.
    public boolean isSilent() {
        if (doubted || pathDoubted) {
            return true;
        }
        long now = shard.loop().nanos();
        return isAwaiting() && now - awaitingSince >= probeNanos() || gapAt >= 0 && now - gapSince >= probeNanos();
    }

    private boolean isFull() {
        return sealer.nextSequence() - acknowledged >= maxUnacknowledged || inFlight.bytes() >= MAX_IN_FLIGHT;
    }

    private boolean isAwaiting() {
        return lastElicited >= acknowledged;
    }

    private void flush() {
        flushing = false;
        if (closed) {
            return;
        }
        int packets = 0;
        int pending = pause == null ? user.pendingBytes() : 0;
        while (pending > 0 && !isFull() && !closed) {
            if (packets == MAX_PACKETS_PER_TURN) {
                wake();
                return;
            }
            int room = shard.out().room(key.peer(), key.id());
            if (room == 0) {
                break; // what is sealed could not wait any more; see Channels#onWritable
            }
            packets++;
            int most = Math.min(MAX_PLAINTEXT, Math.max(LEAST_PLAINTEXT, room - OVERHEAD_BYTES)) - CONTROL_BYTES;
            int written = sendFrames(Math.min(pending, most));
            boolean more = written > 0 && pending > most && pending > written;
            pending = more ? pending - written : user.pendingBytes();
        }
        if (isFull() && !isAwaiting()) {
            // Acknowledgements alone have filled the window: nothing else would make the other side answer.
            pingDue = true;
        }
        if (!closed
                && (pingDue
                        || pongDue
                        || initialCreditDue
                        || unacknowledgedArrivals >= PACKETS_PER_ACK
                        || unacknowledgedArrivals > 0 && !ackTimer)) {
            sendFrames(0);
        }
    }

    /// @return bytes of payload that the packet took
    private int sendFrames(int payloadBytes) {
        ByteBuf packet = begin(CONTROL_BYTES + payloadBytes);
        boolean eliciting = pingDue || initialCreditDue;
        if (pingDue) {
            pingToken = shard.loop().nanos();
            pongAwaited = true;
            ChannelFrames.write(packet, new Ping(pingToken));
            pingDue = false;
        }
        if (pongDue) {
            ChannelFrames.write(packet, new Pong(pongToken));
            pongDue = false;
        }
        if (initialCreditDue) {
            ChannelFrames.write(packet, new InitialCredit(initialCredit));
            initialCreditDue = false;
        }
        int written = payloadBytes > 0 ? user.fill(packet, payloadBytes) : 0;
        eliciting |= written > 0;
        if (packet.writerIndex() == Packet.HEADER_BYTES) {
            packet.release(); // what the user had to send no longer matters
            return 0;
        }
        if (eliciting && !isAwaiting()) {
            awaitingSince = shard.loop().nanos();
            probed = false;
        }
        if (eliciting) {
            lastElicited = sealer.nextSequence();
        }
        sealAndSend(packet);
        return written;
    }

    /// A packet with room for the header, an acknowledgement, and `plaintextBytes` more.
    private ByteBuf begin(int plaintextBytes) {
        ByteBuf packet = shard.allocator()
                .heapBuffer(Packet.HEADER_BYTES + ChannelFrames.ACK_BYTES + plaintextBytes + Sealer.TAG_BYTES);
        packet.writerIndex(Packet.HEADER_BYTES);
        if (unacknowledgedArrivals > 0) {
            unacknowledgedArrivals = 0;
            ChannelFrames.write(packet, new Ack(received.next()));
        }
        return packet;
    }

    private void sealAndSend(ByteBuf packet) {
        packet.ensureWritable(Sealer.TAG_BYTES);
        inFlight.onSent(sealer.nextSequence(), packet.readableBytes());
        sealer.seal(packet, address, shard.loop().nanos());
        shard.counters().packetsSent.increment();
        shard.counters().bytesSent.add(packet.readableBytes());
        shard.out().send(packet);
    }

    private void ping() {
        pingDue = true;
        lastPingAt = shard.loop().nanos();
        wake();
    }

    private void scheduleUpkeep() {
        long period = Math.min(keepaliveNanos, gapNanos) / 4;
        upkeepDueAt = shard.loop().nanos() + period;
        upkeep = shard.loop().after(period, this::upkeep);
    }

    /// While this process was suspended, nobody could be heard: what waits in its sockets is to be read first.
    private void forgiveOwnAbsence(long now) {
        long late = now - upkeepDueAt;
        if (late > MIN_PROBE_NANOS / 2) {
            lastReceivedAt += late;
            awaitingSince += late;
            gapSince += late;
        }
    }

    private void upkeep() {
        long now = shard.loop().nanos();
        forgiveOwnAbsence(now);
        long silent = now - lastReceivedAt;
        if (!user.isIdle()) {
            idleSince = now;
        }
        if (gapAt >= 0 && now - gapSince >= gapNanos) {
            closeAsLost(CloseCode.GAP, "Packet " + received.next() + " did not arrive");
        } else if (isAwaiting() && now - Math.max(awaitingSince, lastReceivedAt) >= deadNanos()) {
            closeAsLost(
                    CloseCode.DEAD_PATH,
                    "Nothing heard for " + Duration.ofNanos(silent).toMillis() + " ms");
        } else if (isAwaiting() && now - awaitingSince >= 2 * deadNanos()) {
            closeAsLost(
                    CloseCode.DEAD_PATH,
                    "No acknowledgement for "
                            + Duration.ofNanos(2 * deadNanos()).toMillis() + " ms");
        } else if (now - idleSince >= IDLE_NANOS) {
            close(CloseCode.IDLE, "Nothing to carry");
        } else {
            probe(now);
            scheduleUpkeep();
        }
    }

    /// The next packet did not come in time. A forged one in its place may have been injected by anybody while the
    /// genuine one was still to come: so it counts only now.
    private void closeAsLost(CloseCode code, String detail) {
        if (unauthentic == received.next()) {
            LOG.warn(
                    "Packets from node {} are changed on their path", key.peer().abbreviated());
            close(CloseCode.UNAUTHENTIC, "Packet " + unauthentic + " was not authentic");
        } else {
            close(code, detail);
        }
    }

    private void probe(long now) {
        if (isAwaiting()) {
            if (!probed && now - awaitingSince >= probeNanos()) {
                probed = true;
                ping();
            }
        } else if (now - lastPingAt >= keepaliveNanos * (user.isIdle() ? IDLE_KEEPALIVE_FACTOR : 1)) {
            ping();
        }
    }
}
