package io.hikyaku.stream;

import io.hikyaku.channel.Channel;
import io.hikyaku.channel.ChannelUser;
import io.hikyaku.channel.Closed;
import io.hikyaku.channel.handshake.Peer;
import io.hikyaku.loop.Loop;
import io.hikyaku.stream.credit.InitialClaims;
import io.hikyaku.stream.credit.SendBudget;
import io.hikyaku.stream.credit.WindowBudget;
import io.hikyaku.wire.InitialCredits;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.channel.ChannelFrame.CloseCode;
import io.hikyaku.wire.stream.ResetCode;
import io.hikyaku.wire.stream.StreamFrame;
import io.hikyaku.wire.stream.StreamFrames;
import io.netty.buffer.ByteBuf;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Many streams over one channel (PROTOCOL.md §6). Streams that have something to send take turns, each with a share of
/// the packet at hand, so that a bulk flow does not hold up a small call. Streams are opened once the channel is;
/// callers that need one earlier wait for it ([#whenDecided]). Streams of which nothing has been sent when it closes
/// are refused before any effect.
public final class StreamMux implements ChannelUser, StreamOpener {
    /// Smallest share of a packet that a stream gets, in bytes.
    private static final int MIN_QUANTUM = 1024;
    /// Room without which no stream gets a turn in the current packet.
    private static final int MIN_ROOM = 512;
    /// The most streams of which nothing has been sent yet, and the most calls that wait for the channel; more are
    /// refused.
    private static final int MAX_WAITING = 10_000;
    /// Streams that are gone may stay in a queue until there are this many, and more of them than of others.
    private static final int MAX_GONE_IN_QUEUE = 1024;

    private final Loop loop;
    private final StreamSettings settings;
    private final Function<Peer, StreamAcceptor> acceptors;
    private final LongObjectMap<MuxStream> streams = new LongObjectHashMap<>();
    /// Opened here, OPEN not yet sent.
    private final Set<MuxStream> waiting = new LinkedHashSet<>();

    /// What wants to know whether the channel comes up, until that is known.
    private List<Consumer<@Nullable Closed>> undecided = new ArrayList<>(0);

    private final ArrayDeque<MuxStream> readyQueue = new ArrayDeque<>();
    private final WindowBudget windows;
    private final SendBudget sendBudget;
    private final StallWatch stalls;
    private final UnheardResets unheardResets = new UnheardResets();
    private final InitialClaims claims = new InitialClaims();
    private @Nullable Channel channel;
    private @Nullable StreamAcceptor acceptor;
    private @Nullable Closed closed;
    private long nextId;
    private long nextPeerId;
    private int initialCredit;
    private int peerInitialCredit;
    private int openedByPeer;
    private int resetsDue;
    private int goneInQueue;
    private boolean filling;

    /// @param acceptors take the streams that a peer opens
    public StreamMux(Loop loop, StreamSettings settings, Function<Peer, StreamAcceptor> acceptors) {
        this.loop = loop;
        this.settings = settings;
        this.acceptors = acceptors;
        this.windows = new WindowBudget(settings.budget(), settings.channelWindow(), settings.maxStreams());
        this.sendBudget = new SendBudget(settings.budget(), settings.channelWindow());
        this.stalls = new StallWatch(loop, settings.counters(), streams.values());
    }

    /// Tells once whether the channel comes up; calls back synchronously if that is known. At most [#MAX_WAITING]
    /// may wait for it; more are told at once that there is none.
    ///
    /// @param told why there is no channel, or null: streams can be opened
    public void whenDecided(Consumer<@Nullable Closed> told) {
        if (channel != null || closed != null) {
            told.accept(closed);
        } else if (undecided.size() >= MAX_WAITING) {
            told.accept(new Closed(CloseCode.LIMIT, "Too many calls wait for the channel", false, false));
        } else {
            undecided.add(told);
        }
    }

    private void decided() {
        List<Consumer<@Nullable Closed>> waiters = undecided;
        undecided = List.of();
        waiters.forEach(told -> told.accept(closed));
    }

    /// Opens a stream; it is sent when the turn ends.
    @Override
    public Stream open(ByteBuf metadata, StreamHandler handler) {
        MuxStream stream = new MuxStream(this, metadata, windows, settings.window());
        stream.handler(handler);
        settings.counters().opened.increment();
        if (!isOpen()) {
            refuse(stream, channel == null ? "The channel is not open" : "The channel is gone");
        } else if (waiting.size() >= MAX_WAITING) {
            refuse(stream, "Too many streams wait for the channel");
        } else {
            waiting.add(stream);
            ready(stream);
        }
        return stream;
    }

    /// The stream is gone at once, so that nothing more of it is sent in this turn; its handler hears of it later.
    void refuse(MuxStream stream, String why) {
        settings.counters().refused.increment();
        stream.refuse();
        loop.execute(() -> stream.tellRefused(why));
    }

    /// Streams that are open, including those of which nothing has been sent yet.
    public int openStreams() {
        return streams.size() + waiting.size();
    }

    /// Streams that wait for their turn to write, gone ones included.
    int queuedStreams() {
        return readyQueue.size();
    }

    /// Streams whose readers, here, have taken nothing for a while of what they hold.
    public int stalledStreams() {
        return stalls.stalledStreams();
    }

    /// Bytes that arrived and that readers here have not taken yet.
    public long heldBytes() {
        return stalls.heldBytes();
    }

    // ---- what the channel asks

    @Override
    public int initialCredit() {
        initialCredit = Integer.highestOneBit((int) windows.offer(InitialCredits.MAX));
        return initialCredit;
    }

    @Override
    public void onOpen(Channel channel, int peerCredit) {
        this.channel = channel;
        acceptor = acceptors.apply(channel.peer());
        peerInitialCredit = peerCredit;
        nextId = channel.initiatedHere() ? 0 : 1;
        nextPeerId = 1 - nextId;
        decided();
    }

    @Override
    public int pendingBytes() {
        int bytes = 0;
        for (MuxStream stream : readyQueue) {
            bytes += stream.pendingBytes();
            if (bytes > 64 * 1024) {
                break;
            }
        }
        return bytes;
    }

    @Override
    public int fill(ByteBuf out, int max) {
        int start = out.writerIndex();
        int limit = start + max;
        filling = true;
        int turns = readyQueue.size();
        while (turns-- > 0) {
            int room = limit - out.writerIndex();
            if (room < MIN_ROOM && room < readyQueue.element().pendingBytes()) {
                break;
            }
            int quantum = Math.max(MIN_QUANTUM, room / (turns + 1));
            MuxStream stream = readyQueue.remove();
            stream.ready = false;
            stream.fill(out, limit, quantum);
            ready(stream);
        }
        filling = false;
        return out.writerIndex() - start;
    }

    @Override
    public void onPayload(ByteBuf payload) {
        StreamFrame frame = StreamFrames.readNext(payload);
        while (frame != null && closed == null) {
            on(frame);
            frame = StreamFrames.readNext(payload);
        }
    }

    @Override
    public void onInitialCredit(int bytes) {
        peerInitialCredit = bytes;
    }

    @Override
    public void onAcknowledged(long next) {
        unheardResets.onAcknowledged(next);
        claims.onAcknowledged(next);
    }

    @Override
    public boolean isIdle() {
        return streams.isEmpty() && waiting.isEmpty() && readyQueue.isEmpty();
    }

    @Override
    public void onClosed(Closed reason) {
        closed = reason;
        List<MuxStream> unsent = new ArrayList<>(waiting);
        List<MuxStream> open = new ArrayList<>(streams.values());
        ResetCode untaken = reason.code() == CloseCode.LEAVING ? ResetCode.DRAINING : ResetCode.REFUSED;
        unsent.forEach(stream -> stream.onReset(untaken, reason.detail(), false));
        ResetCode code = switch (reason.code()) {
            case LEAVING -> ResetCode.LEAVING;
            case UNAUTHENTIC -> ResetCode.INTERNAL;
            case OTHER, IDLE, PROTOCOL, GAP, DEAD_PATH, LIMIT -> ResetCode.CHANNEL_LOST;
        };
        long neverTaken = reason.byPeer() && channel != null && code != ResetCode.INTERNAL
                ? channel.acknowledged()
                : Long.MAX_VALUE; // an attacker who changes packets would have calls sent again and again
        open.forEach(stream ->
                stream.onReset(stream.isOpenedSince(neverTaken) ? untaken : code, reason.detail(), reason.byPeer()));
        readyQueue.clear();
        unheardResets.onClosed();
        decided();
    }

    /// Whether the channel is up.
    public boolean isOpen() {
        return channel != null && closed == null;
    }

    /// Why there is no channel any more; null while there is one, or one may still come up.
    public @Nullable Closed closed() {
        return closed;
    }

    /// The channel's smoothed round trip; -1 as long as it has not been measured.
    public long roundTripNanos() {
        return channel == null ? -1 : channel.roundTripNanos();
    }

    /// Whether the channel is up and the other side has not answered for longer than it should take.
    public boolean isSilent() {
        return channel != null && closed == null && channel.isSilent();
    }

    // ---- what streams ask

    StreamCounters counters() {
        return settings.counters();
    }

    /// Puts the stream into the queue of those that have something to send, if it does.
    void ready(MuxStream stream) {
        if (closed != null) {
            return;
        }
        if (!stream.ready && stream.hasMore()) {
            stream.ready = true;
            readyQueue.add(stream);
            if (channel != null && !filling) {
                channel.wake();
            }
        }
    }

    /// Assigns the id under which a stream opened here goes over the wire.
    long nextId(MuxStream stream) {
        long id = nextId;
        nextId += 2;
        waiting.remove(stream);
        streams.put(id, stream);
        return id;
    }

    UnheardResets unheardResets() {
        return unheardResets;
    }

    long nextPacket() {
        return channel == null ? 0 : channel.nextPacket();
    }

    long nanos() {
        return loop.nanos();
    }

    /// What the other side has said about new streams.
    int peerInitialCredit() {
        return peerInitialCredit;
    }

    /// What a stream that is opened now may send at once.
    ///
    /// @param bytes that it will send at most
    int claimInitialCredit(int bytes) {
        return claims.claim(bytes, peerInitialCredit, nextPacket());
    }

    /// What a stream may queue now: its own limit, or little when the channel or the process has queued a lot.
    int sendBuffer(int own) {
        return sendBudget.share(own);
    }

    void onQueued(long bytes) {
        sendBudget.onQueued(bytes);
        settings.counters().queuedBytes.add(bytes);
    }

    /// Readers hold this many bytes more, or fewer if negative.
    void onHeld(long more) {
        stalls.onHeld(more);
    }

    void laterWritable(MuxStream stream) {
        loop.execute(stream::tellWritable);
    }

    /// A RESET is to be sent, or has been.
    void onResetDue(int more) {
        resetsDue += more;
    }

    void remove(MuxStream stream) {
        settings.counters().closed.increment();
        waiting.remove(stream);
        if (stream.isOpenedOnWire()) {
            streams.remove(stream.id());
            if ((stream.id() & 1) == (nextPeerId & 1)) {
                openedByPeer--;
            }
        }
        forgetGone(stream);
        tellInitialCredit();
    }

    /// Calls that give up while nothing can be sent must not pile up in the queues.
    private void forgetGone(MuxStream stream) {
        if (stream.ready && !stream.hasMore()) {
            goneInQueue++;
            if (goneInQueue > MAX_GONE_IN_QUEUE && goneInQueue > readyQueue.size() / 2) {
                readyQueue.removeIf(queued -> queued.isGone() && !queued.hasMore());
                goneInQueue = 0;
            }
        }
    }

    /// Tells the other side when new streams get less than it thinks, or a lot more. Powers of two, so that this is
    /// seldom necessary.
    private void tellInitialCredit() {
        if (channel == null || closed != null) {
            return;
        }
        int share = (int) windows.fairShare(InitialCredits.MAX);
        int offered = Integer.highestOneBit(share);
        boolean more = offered > initialCredit && (share / 3 >= initialCredit || share == InitialCredits.MAX);
        if (offered < initialCredit || more) {
            initialCredit = offered;
            channel.tellInitialCredit(initialCredit);
        }
    }

    // ---- what the other side says

    private void on(StreamFrame frame) {
        if (frame instanceof StreamFrame.Open open) {
            onOpenFrame(open);
            return;
        }
        MuxStream stream = streams.get(frame.stream());
        if (frame instanceof StreamFrame.Data data) {
            onData(stream, data);
        } else if (stream == null) {
            requireKnown(frame.stream());
        } else {
            switch (frame) {
                case StreamFrame.End end -> stream.onEnd();
                case StreamFrame.Reset reset -> {
                    settings.counters().resetByPeer.increment();
                    stream.onReset(reset.code(), reset.detail(), true);
                }
                case StreamFrame.StopSending stop -> stream.onStopSending();
                case StreamFrame.Credit more -> stream.allow(more.max());
                case StreamFrame.Open open -> throw new IllegalStateException("OPEN is handled before");
                case StreamFrame.Data data -> throw new IllegalStateException("DATA is handled before");
            }
        }
    }

    private void onData(@Nullable MuxStream stream, StreamFrame.Data data) {
        if (stream == null) {
            requireKnown(data.stream());
        } else if (!stream.onData(data.data())) {
            throw new Malformed(Reason.INVALID_VALUE, "data on stream " + data.stream() + " beyond its credit or end");
        }
    }

    private void onOpenFrame(StreamFrame.Open open) {
        if (open.stream() < nextPeerId || (open.stream() & 1) != (nextPeerId & 1)) {
            throw new Malformed(
                    Reason.INVALID_VALUE, "opened stream " + open.stream() + ", not " + nextPeerId + " or a later one");
        }
        if (resetsDue >= settings.maxStreams() && channel != null) {
            channel.close(CloseCode.LIMIT, "Too many streams to refuse");
            return;
        }
        nextPeerId = open.stream() + 2;
        openedByPeer++;
        boolean allowed = openedByPeer <= settings.maxStreams() && acceptor != null;
        long least = open.initial() > 0 ? open.initial() : Math.min(WindowBudget.LEAST_WINDOW, settings.window());
        long window = allowed ? windows.open(least, Math.max(least, settings.window())) : 0;
        MuxStream stream = new MuxStream(this, open, windows, window);
        streams.put(open.stream(), stream);
        settings.counters().opened.increment();
        if (window == 0 || acceptor == null) {
            settings.counters().refused.increment();
            stream.reset(ResetCode.REFUSED, allowed ? "No memory is left for another stream" : "Too many streams");
        } else {
            stream.accept(acceptor, open.metadata());
            ready(stream); // one that may not send anything yet waits for credit
        }
        tellInitialCredit();
    }

    /// A frame may come late for a stream that is gone, but never for one that never existed.
    private void requireKnown(long id) {
        boolean peers = (id & 1) == (nextPeerId & 1);
        if (id >= (peers ? nextPeerId : nextId)) {
            throw new Malformed(Reason.INVALID_VALUE, "frame for stream " + id + ", which was never opened");
        }
    }
}
