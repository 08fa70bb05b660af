package io.hikyaku.stream;

import io.hikyaku.stream.credit.ReceiveCredit;
import io.hikyaku.stream.credit.WindowBudget;
import io.hikyaku.wire.stream.ResetCode;
import io.hikyaku.wire.stream.StreamFrame;
import io.hikyaku.wire.stream.StreamFrames;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One stream of a [StreamMux]: what waits to be sent, what the other side may send, and which directions have ended.
///
/// ```
///  sending:    open ──end()──▶ ending ──(queue sent)──▶ ended        receiving:  open ──END──▶ ended
///  both ended ──▶ gone;   reset(), RESET, channel lost: from anywhere ──▶ gone
/// ```
final class MuxStream implements Stream {
    private static final int SEND_BUFFER = 64 * 1024;
    /// The most bytes that a frame has before its payload.
    private static final int MAX_OVERHEAD = 1 + 8 + 4;

    private static final Logger LOG = LoggerFactory.getLogger(MuxStream.class);

    private final StreamMux mux;
    private final SendBuffer queue = new SendBuffer();
    private final ReceiveCredit credit;
    private final boolean openedHere;
    private final long firstWindow;
    private StallWatch.@Nullable Mark stallMark;
    private @Nullable StreamHandler handler;
    private @Nullable ByteBuf metadata;
    private long id;
    private long sent;
    private long sendMax;
    private long openedIn;
    private boolean ending;
    private boolean endSent;
    private boolean peerEnded;
    private boolean stopDue;
    private boolean stopped;
    private boolean peerStopped;
    private boolean gone;
    private boolean refused;
    private boolean notWritable;
    private @Nullable ResetCode resetDue;
    private String resetDetail = "";
    private @Nullable Runnable resetHeard;

    /// Whether it is in the mux's queue of streams that have something to send.
    boolean ready;

    /// A stream that is opened here.
    ///
    /// @param metadata sent with OPEN
    MuxStream(StreamMux mux, ByteBuf metadata, WindowBudget windows, long firstWindow) {
        this(mux, -1, metadata, true, firstWindow, new ReceiveCredit(windows, 0, 0));
    }

    /// A stream that the other side has opened.
    ///
    /// @param window reserved for it; 0: it is to be refused
    MuxStream(StreamMux mux, StreamFrame.Open open, WindowBudget windows, long window) {
        this(mux, open.stream(), null, false, window, new ReceiveCredit(windows, window, open.initial()));
        sendMax = open.credit();
    }

    private MuxStream(
            StreamMux mux,
            long id,
            @Nullable ByteBuf metadata,
            boolean openedHere,
            long firstWindow,
            ReceiveCredit credit) {
        this.mux = mux;
        this.id = id;
        this.metadata = metadata;
        this.openedHere = openedHere;
        this.firstWindow = firstWindow;
        this.credit = credit;
    }

    void handler(StreamHandler handler) {
        this.handler = handler;
    }

    /// Lets the acceptor take this stream, which the other side opened; borrows the metadata.
    void accept(StreamAcceptor acceptor, ByteBuf opening) {
        try {
            handler = acceptor.onOpen(this, opening);
        } catch (RuntimeException e) {
            onBrokenHandler(e);
        }
    }

    long id() {
        return id;
    }

    /// Whether this side opened it in a packet of this number or a later one.
    boolean isOpenedSince(long packet) {
        return openedHere && openedIn >= packet;
    }

    boolean isGone() {
        return gone;
    }

    boolean isOpenedOnWire() {
        return id >= 0;
    }

    @Override
    public void write(ByteBuf data) {
        if (gone || ending || peerStopped) {
            data.release();
            return;
        }
        mux.onQueued(data.readableBytes());
        queue.add(data);
        mux.ready(this);
    }

    @Override
    public boolean isWritable() {
        boolean writable = gone || queue.bytes() < mux.sendBuffer(SEND_BUFFER);
        notWritable |= !writable;
        return writable;
    }

    @Override
    public void end() {
        if (!gone && !ending) {
            ending = true;
            mux.ready(this);
        }
    }

    @Override
    public void reset(ResetCode code, String detail, Runnable heard) {
        boolean toSend = !gone && isOpenedOnWire();
        if (toSend) {
            resetHeard = heard;
            mux.unheardResets().add(heard);
        }
        reset(code, detail);
        if (!toSend) {
            heard.run();
        }
    }

    @Override
    public void reset(ResetCode code, String detail) {
        if (gone) {
            refused = false;
            settle();
        } else {
            mux.counters().resetHere.increment();
            dropQueue();
            if (isOpenedOnWire()) {
                resetDue = code;
                resetDetail = detail;
                mux.onResetDue(1);
                mux.ready(this);
            }
            leave();
            settle();
        }
    }

    @Override
    public void stopSending() {
        if (!gone && !stopped && !peerEnded) {
            stopped = true;
            stopDue = isOpenedOnWire();
            settle();
            if (stopDue) {
                mux.ready(this);
            }
        }
    }

    @Override
    public void consumed(int bytes) {
        if (!stopped) {
            consume(bytes);
        }
    }

    @Override
    public boolean requireWindow(int bytes) {
        boolean possible = peerEnded || stopped || gone || credit.require(bytes);
        if (isGrantDue()) {
            mux.ready(this);
        }
        return possible;
    }

    private void consume(long bytes) {
        long before = credit.held();
        credit.onConsumed(bytes);
        mux.onHeld(credit.held() - before);
        closeIfSettled();
        if (isGrantDue()) {
            mux.ready(this);
        }
    }

    /// Bytes that were delivered and not yet consumed.
    long held() {
        return credit.held();
    }

    long consumed() {
        return credit.consumed();
    }

    StallWatch.Mark stallMark() {
        StallWatch.Mark mark = stallMark == null ? new StallWatch.Mark() : stallMark;
        stallMark = mark;
        return mark;
    }

    /// Tells the handler that the stream is stalled.
    void tellStalled(Duration since) {
        if (handler != null) {
            try {
                handler.onStalled(since, credit.held());
            } catch (RuntimeException e) {
                onBrokenHandler(e);
            }
        }
    }

    /// Whether [#fill] would write something now.
    boolean hasMore() {
        return resetDue != null
                || !gone
                        && (metadata != null
                                || stopDue
                                || isGrantDue()
                                || sendable() > 0
                                || ending && !endSent && queue.isEmpty());
    }

    /// Bytes that [#fill] would write, roughly.
    int pendingBytes() {
        int control = resetDue == null ? 6 * MAX_OVERHEAD : StreamFrame.Reset.MAX_DETAIL_BYTES + 2 * MAX_OVERHEAD;
        if (metadata == null) {
            return control + sendable();
        }
        return control + metadata.readableBytes() + Math.min(queue.bytes(), mux.peerInitialCredit());
    }

    private boolean isGrantDue() {
        return !gone && !peerEnded && !stopped && isOpenedOnWire() && credit.isGrantDue();
    }

    private int sendable() {
        return (int) Math.min(queue.bytes(), Math.max(0, sendMax - sent));
    }

    /// Writes what is due, data last, at most up to writer index `limit` and `quantum` bytes of data.
    void fill(ByteBuf out, int limit, int quantum) {
        if (resetDue != null) {
            fillReset(out, limit);
        } else if (!gone) {
            fillOpenStream(out, limit, quantum);
        }
    }

    private void fillOpenStream(ByteBuf out, int limit, int quantum) {
        if (metadata != null && !fillOpen(out, limit, metadata)) {
            return;
        }
        if (stopDue && limit - out.writerIndex() >= MAX_OVERHEAD) {
            stopDue = false;
            StreamFrames.write(out, new StreamFrame.StopSending(id));
        }
        if (isGrantDue() && limit - out.writerIndex() >= 2 * MAX_OVERHEAD) {
            StreamFrames.write(out, new StreamFrame.Credit(id, credit.grant(mux.nanos(), mux.roundTripNanos())));
        }
        int length = Math.min(Math.min(sendable(), quantum), limit - out.writerIndex() - MAX_OVERHEAD);
        if (length > 0) {
            fillData(out, length);
        }
        if (ending && !endSent && queue.isEmpty() && limit - out.writerIndex() >= MAX_OVERHEAD) {
            endSent = true;
            StreamFrames.write(out, new StreamFrame.End(id));
            leaveIfBothEnded();
        }
    }

    private boolean fillOpen(ByteBuf out, int limit, ByteBuf waiting) {
        if (limit - out.writerIndex() < waiting.readableBytes() + 4 * MAX_OVERHEAD) {
            return false;
        }
        long window = credit.open(firstWindow);
        if (window == 0) {
            mux.refuse(this, "No memory is left for another stream");
            return false;
        }
        metadata = null;
        id = mux.nextId(this);
        openedIn = mux.nextPacket();
        int initial = mux.claimInitialCredit(ending ? queue.bytes() : Integer.MAX_VALUE);
        sendMax = Math.max(sendMax, initial);
        StreamFrames.write(out, new StreamFrame.Open(id, window, initial, waiting));
        waiting.release();
        stopDue = stopped;
        return true;
    }

    private void fillReset(ByteBuf out, int limit) {
        if (limit - out.writerIndex() >= StreamFrame.Reset.MAX_DETAIL_BYTES + 2 * MAX_OVERHEAD && resetDue != null) {
            StreamFrames.write(out, new StreamFrame.Reset(id, resetDue, resetDetail));
            resetDue = null;
            mux.onResetDue(-1);
            if (resetHeard != null) {
                mux.unheardResets().onSent(resetHeard, mux.nextPacket());
                resetHeard = null;
            }
        }
    }

    private void fillData(ByteBuf out, int length) {
        StreamFrames.writeDataPrefix(out, id, length);
        queue.moveTo(out, length);
        sent += length;
        mux.onQueued(-length);
        if (notWritable && handler != null && queue.bytes() <= mux.sendBuffer(SEND_BUFFER) / 2) {
            notWritable = false;
            mux.laterWritable(this);
        }
    }

    /// Tells the handler that there is room, outside of any filling.
    void tellWritable() {
        if (!gone && handler != null) {
            try {
                handler.onWritable();
            } catch (RuntimeException e) {
                onBrokenHandler(e);
            }
        }
    }

    /// The stream is gone without ever having been opened.
    void refuse() {
        refused = true;
        dropQueue();
        leave();
    }

    /// Tells the handler, unless it has given up meanwhile.
    void tellRefused(String why) {
        if (refused && handler != null) {
            tellReset(handler, ResetCode.REFUSED, why, false);
        }
    }

    /// The other side accepts more bytes.
    void allow(long max) {
        if (max > sendMax) {
            sendMax = max;
            mux.ready(this);
        }
    }

    /// Returns whether the other side had the credit for these bytes; borrows them.
    boolean onData(ByteBuf data) {
        int length = data.readableBytes();
        if (peerEnded || !credit.onReceived(length)) {
            return false;
        }
        mux.onHeld(length);
        if (stopped || gone || handler == null) {
            consume(length);
        } else if (length > 0) {
            deliver(handler, data.retain());
        }
        return true;
    }

    private void deliver(StreamHandler to, ByteBuf data) {
        if (isGrantDue()) {
            mux.ready(this);
        }
        try {
            to.onData(data);
        } catch (RuntimeException e) {
            onBrokenHandler(e);
        }
    }

    /// A mistake in one call's handling must not cost the other calls of the channel.
    private void onBrokenHandler(RuntimeException mistake) {
        LOG.error("The handler of stream {} failed", id, mistake);
        StreamHandler broken = handler;
        if (!gone) {
            reset(ResetCode.INTERNAL, "Internal error");
            if (broken != null) {
                tellReset(broken, ResetCode.INTERNAL, "Internal error", false);
            }
        }
    }

    private void tellReset(StreamHandler to, ResetCode code, String detail, boolean byPeer) {
        try {
            to.onReset(code, detail, byPeer);
        } catch (RuntimeException e) {
            LOG.error("The handler of stream {} failed at its reset", id, e);
        }
    }

    void onEnd() {
        if (!peerEnded && !gone) {
            peerEnded = true;
            credit.end();
            try {
                if (handler != null) {
                    handler.onEnd();
                }
            } catch (RuntimeException e) {
                onBrokenHandler(e);
            }
            leaveIfBothEnded();
        }
    }

    void onStopSending() {
        if (!gone && !peerStopped) {
            peerStopped = true;
            dropQueue();
            try {
                if (handler != null) {
                    handler.onStopSending();
                }
            } catch (RuntimeException e) {
                onBrokenHandler(e);
            }
            mux.ready(this);
            if (notWritable) {
                notWritable = false;
                mux.laterWritable(this);
            }
        }
    }

    /// Ends the stream from the other side or from the channel.
    void onReset(ResetCode code, String detail, boolean byPeer) {
        if (!gone) {
            dropQueue();
            leave();
            settle();
            if (handler != null) {
                tellReset(handler, code, detail, byPeer);
            }
        }
    }

    private void dropQueue() {
        mux.onQueued(-queue.clear());
    }

    private void leaveIfBothEnded() {
        if (endSent && peerEnded && !gone) {
            leave();
            closeIfSettled();
        }
    }

    private void leave() {
        gone = true;
        if (metadata != null) {
            metadata.release();
            metadata = null;
        }
        mux.remove(this);
    }

    /// Counts everything that was delivered as consumed.
    private void settle() {
        consume(credit.held());
    }

    /// Gives the window back for good. A stream that has ended keeps what its reader still holds.
    private void closeIfSettled() {
        if (gone && credit.held() == 0) {
            credit.close();
        }
    }
}
