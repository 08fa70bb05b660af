package io.hikyaku.call.http2;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;

/// Which of a connection's latest streams have been opened, by the caller or, towards a target, by us, and on which of
/// them the other side has sent its last frame: Netty forgets a stream when it closes, and then accepts heads for it,
/// yet objects to everything that was in flight when we reset it (RFC 9113 §5.1, §5.1.1). Belongs to its event loop.
public final class OpenedStreams {
    /// How many of the latest stream ids are told apart; a side uses every other number.
    private static final int REMEMBERED = 256;

    private final int[] ids = new int[REMEMBERED];
    private final boolean[] ended = new boolean[REMEMBERED];
    private final boolean[] silent = new boolean[REMEMBERED];
    private final boolean ours;
    private int last;

    private OpenedStreams(boolean ours) {
        this.ours = ours;
    }

    public static OpenedStreams ofCaller() {
        return new OpenedStreams(false);
    }

    public static OpenedStreams toTarget() {
        return new OpenedStreams(true);
    }

    /// Whether we are the side that opens streams.
    boolean areOurs() {
        return ours;
    }

    /// We open a stream.
    public void onOpened(int id) {
        note(id);
    }

    /// A stream is closed.
    ///
    /// @param byEnd whether the other side had sent all it wanted to; false: somebody reset it
    public void onClosed(int id, boolean byEnd) {
        if (ids[slot(id)] == id) {
            ended[slot(id)] = byEnd;
        }
    }

    /// A head came for a stream that is not open: it opens the stream, or has crossed with a reset.
    ///
    /// @throws Http2Exception for the whole connection, if it cannot be either
    void onHead(int id) throws Http2Exception {
        boolean ofClient = (id & 1) == 1;
        if (ours && (!ofClient || id > last)) {
            throw Http2Exception.connectionError(Http2Error.PROTOCOL_ERROR, "Stream %d that nobody opened", id);
        }
        if (ofClient && id > last) {
            note(id);
        } else if (ofClient && id > last - 2 * REMEMBERED) {
            requireReset(id);
        }
    }

    /// A head came that could not be read: its stream is reset without ever having been open.
    void onUnreadableHead(int id) {
        if (!ours && (id & 1) == 1 && id > last) {
            note(id);
        }
    }

    /// The other side has sent the last frame that it may send on a stream: the end, or a reset.
    void onLastFrame(int id) {
        if (ids[slot(id)] == id) {
            silent[slot(id)] = true;
        }
    }

    /// Whether a frame for a stream that is not open may have been sent before the other side heard of our reset.
    boolean mayCross(int id) {
        int slot = slot(id);
        return ids[slot] == id && !ended[slot] && !silent[slot];
    }

    private void note(int id) {
        last = id;
        ids[slot(id)] = id;
        ended[slot(id)] = false;
        silent[slot(id)] = false;
    }

    private void requireReset(int id) throws Http2Exception {
        if (ids[slot(id)] != id) {
            throw Http2Exception.connectionError(Http2Error.PROTOCOL_ERROR, "Stream %d after %d", id, last);
        }
        if (ended[slot(id)]) {
            throw Http2Exception.connectionError(Http2Error.STREAM_CLOSED, "Stream %d has ended", id);
        }
    }

    private static int slot(int id) {
        return id >>> 1 & REMEMBERED - 1;
    }
}
