package io.hikyaku.stream.local;

import io.hikyaku.stream.Stream;
import io.hikyaku.stream.StreamHandler;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// One end of a stream inside this process. Its inbox holds what the other end has written and this end's handler has
/// no credit for yet.
final class LocalStream implements Stream {
    private final LocalStreams streams;
    private final ArrayDeque<ByteBuf> inbox = new ArrayDeque<>();
    private @Nullable LocalStream peer;
    private @Nullable StreamHandler handler;

    private @Nullable ByteBuf metadata;
    private @Nullable ResetCode resetCode;
    private String resetDetail = "";
    private @Nullable Runnable resetHeard;
    private long window;
    private long credit;
    private int inboxBytes;
    private boolean due;
    private boolean closed;
    private boolean ending;
    private boolean endDelivered;
    private boolean dropping;
    private boolean full;
    private boolean tellWritable;
    private boolean tellStopSending;

    /// @param window bytes in the inbox and at the reader, reserved for it; 0: it is to be refused
    LocalStream(LocalStreams streams, long window) {
        this.streams = streams;
        this.window = window;
        this.credit = window;
    }

    static void join(LocalStream near, LocalStream far) {
        near.peer = far;
        far.peer = near;
    }

    void handledBy(StreamHandler theHandler) {
        handler = theHandler;
    }

    void openWith(ByteBuf theMetadata) {
        metadata = theMetadata;
        wake();
    }

    void refuse(ResetCode code, String detail) {
        resetCode = code;
        resetDetail = detail;
        wake();
    }

    @Override
    public void write(ByteBuf data) {
        LocalStream to = peer;
        if (closed || to == null || to.closed || to.ending || to.dropping || !data.isReadable()) {
            data.release();
            return;
        }
        to.inbox.add(data);
        to.inboxBytes += data.readableBytes();
        full |= to.room() <= 0;
        to.wake();
    }

    @Override
    public boolean isWritable() {
        return !full;
    }

    @Override
    public void end() {
        LocalStream to = peer;
        if (closed || to == null || to.ending) {
            return;
        }
        to.ending = true;
        to.wake();
    }

    @Override
    public void reset(ResetCode code, String detail) {
        reset(code, detail, () -> {});
    }

    @Override
    public void reset(ResetCode code, String detail, Runnable heard) {
        LocalStream to = closed ? null : peer;
        close();
        settle(window);
        if (to == null || to.closed) {
            heard.run();
        } else {
            to.resetHeard = heard;
            to.refuse(code, detail);
        }
    }

    @Override
    public void stopSending() {
        LocalStream to = peer;
        if (closed || dropping || to == null) {
            return;
        }
        dropping = true;
        dropInbox();
        to.tellStopSending = true;
        to.wake();
    }

    @Override
    public void consumed(int bytes) {
        credit = Math.min(window, credit + bytes);
        if (closed) {
            settle(credit);
            return;
        }
        if (!inbox.isEmpty()) {
            wake();
        }
        tellIfRoom();
    }

    @Override
    public boolean requireWindow(int bytes) {
        long more = bytes - window;
        if (closed || more <= 0) {
            return true;
        }
        if (!streams.windows().require(more)) {
            return false;
        }
        window += more;
        credit += more;
        wake();
        tellIfRoom();
        return true;
    }

    /// What may still be written to this end.
    private long room() {
        return credit - inboxBytes;
    }

    /// Gives the window back once a closed stream's reader holds nothing any more.
    private void settle(long left) {
        if (closed && window > 0 && left == window) {
            streams.windows().close(window);
            window = 0;
            credit = 0;
        }
    }

    private void wake() {
        if (!due) {
            due = true;
            streams.wake(this);
        }
    }

    void deliver() {
        due = false;
        try {
            deliverAll();
        } finally {
            tellHeard();
        }
    }

    private void tellHeard() {
        Runnable waiting = resetHeard;
        if (waiting != null && closed) {
            resetHeard = null;
            waiting.run();
        }
    }

    private void deliverAll() {
        if (metadata != null && resetCode != null) {
            close();
        }
        StreamHandler to = closed ? null : opened();
        if (to == null || closed) {
            return;
        }
        if (resetCode != null) {
            close();
            settle(window);
            to.onReset(resetCode, resetDetail, true);
            return;
        }
        if (tellStopSending) {
            tellStopSending = false;
            to.onStopSending();
        }
        if (tellWritable && !closed) {
            tellWritable = false;
            to.onWritable();
        }
        deliverData(to);
        deliverEnd(to);
    }

    private @Nullable StreamHandler opened() {
        ByteBuf opening = metadata;
        if (opening != null) {
            metadata = null;
            try {
                handler = streams.accept(this, opening);
            } finally {
                opening.release();
            }
        }
        return handler;
    }

    private void deliverData(StreamHandler to) {
        while (!closed && credit > 0 && !inbox.isEmpty()) {
            ByteBuf data = inbox.element();
            int length = (int) Math.min(data.readableBytes(), credit);
            if (length == data.readableBytes()) {
                inbox.remove();
            } else {
                data = data.readRetainedSlice(length);
            }
            credit -= length;
            took(length);
            to.onData(data);
        }
    }

    private void deliverEnd(StreamHandler to) {
        if (closed || !ending || endDelivered || !inbox.isEmpty()) {
            return;
        }
        endDelivered = true;
        LocalStream other = peer;
        if (other != null && other.endDelivered) {
            close();
            other.close();
        }
        to.onEnd();
    }

    private void took(int length) {
        inboxBytes -= length;
        tellIfRoom();
    }

    /// The other end may write again once half of the window is free.
    private void tellIfRoom() {
        LocalStream other = peer;
        if (other != null && other.full && room() >= window / 2) {
            other.full = false;
            other.tellWritable = true;
            other.wake();
        }
    }

    private void dropInbox() {
        for (ByteBuf data : inbox) {
            data.release();
        }
        inbox.clear();
        took(inboxBytes);
    }

    private void close() {
        if (closed) {
            return;
        }
        closed = true;
        LocalStream other = peer;
        if (other != null && other.closed) {
            streams.onClosed();
        }
        if (metadata != null) {
            metadata.release();
            metadata = null;
        }
        full = false;
        dropInbox();
        settle(credit);
    }
}
