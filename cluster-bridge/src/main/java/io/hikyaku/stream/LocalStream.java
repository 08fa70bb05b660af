package io.hikyaku.stream;

import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// One end of a stream inside this process. Its inbox holds what the other end has written and this end's handler has
/// no credit for yet.
final class LocalStream implements Stream {
    private final LocalStreams streams;
    private final int window;
    private final ArrayDeque<ByteBuf> inbox = new ArrayDeque<>();
    private @Nullable LocalStream peer;
    private @Nullable StreamHandler handler;

    private @Nullable ByteBuf metadata;
    private @Nullable ResetCode resetCode;
    private String resetDetail = "";
    private @Nullable Runnable resetHeard;
    private int credit;
    private int inboxBytes;
    private boolean due;
    private boolean closed;
    private boolean ending;
    private boolean endDelivered;
    private boolean dropping;
    private boolean full;
    private boolean tellWritable;
    private boolean tellStopSending;

    LocalStream(LocalStreams streams, int window) {
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
        full |= to.inboxBytes >= window;
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
        credit += bytes;
        if (!closed && !inbox.isEmpty()) {
            wake();
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
            int length = data.readableBytes();
            if (length <= credit) {
                inbox.remove();
            } else {
                length = credit;
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

    /// The inbox has shrunk: the other end may write again once it is half empty.
    private void took(int length) {
        inboxBytes -= length;
        LocalStream other = peer;
        if (other != null && other.full && inboxBytes <= window / 2) {
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
    }
}
