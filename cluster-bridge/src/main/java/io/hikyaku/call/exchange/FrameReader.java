package io.hikyaku.call.exchange;

import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame;
import io.hikyaku.wire.call.HttpFrame.Body;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.hikyaku.wire.call.HttpFrame.Trailers;
import io.hikyaku.wire.call.HttpFrames;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

/// Reads the frames of an HTTP message from a stream's bytes (PROTOCOL.md §7.2). Body bytes are passed on as they
/// come, not kept until their frame is whole.
final class FrameReader {
    /// What is read, in order.
    interface Events {
        /// @throws Malformed if it may not come here
        void onRequestHead(RequestHead head);

        /// @throws Malformed if it may not come here
        void onResponseHead(ResponseHead head);

        /// Takes ownership.
        void onBody(ByteBuf data);

        void onTrailers(Fields trailers);
    }

    /// The one response below 200 that is final: a WebSocket is open.
    private static final int SWITCHING_PROTOCOLS = 101;

    private final int maxHead;
    private @Nullable ByteBuf partial;
    private int bodyLeft;
    private boolean headRead;
    private boolean trailersRead;
    private boolean dropped;

    /// @param maxHead largest head or trailer frame taken, in bytes
    FrameReader(int maxHead) {
        this.maxHead = maxHead;
    }

    /// Takes ownership.
    ///
    /// @throws Malformed if the bytes break the protocol; nothing is to be read after that
    void read(ByteBuf data, Events events) {
        ByteBuf in =
                partial == null ? data : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(data.alloc(), partial, data);
        partial = null;
        try {
            readAll(in, events);
            if (!dropped && in.isReadable()) {
                partial = in.retain();
            }
        } finally {
            in.release();
        }
    }

    /// Whether the message may end here: its head has come, and no frame is incomplete.
    boolean isAtEnd() {
        return headRead && partial == null && bodyLeft == 0;
    }

    /// Bytes that were read and are kept until their frame is whole.
    int keptBytes() {
        ByteBuf kept = partial;
        return kept == null ? 0 : kept.readableBytes();
    }

    /// Total bytes of the incomplete frame, those already kept included; 0: none has begun.
    int frameBytes() {
        ByteBuf kept = partial;
        int length = kept == null ? -1 : HttpFrames.contentLength(kept);
        return length < 0 ? keptBytes() : HttpFrames.OVERHEAD_BYTES + length;
    }

    /// Reads no more, not even what came together with the frame being handled, and gives up what was read of an
    /// incomplete one.
    void drop() {
        dropped = true;
        ByteBuf incomplete = partial;
        if (incomplete != null) {
            partial = null;
            incomplete.release();
        }
    }

    private void readAll(ByteBuf in, Events events) {
        while (!dropped && in.isReadable()) {
            if (bodyLeft > 0) {
                int length = Math.min(bodyLeft, in.readableBytes());
                bodyLeft -= length;
                events.onBody(in.readRetainedSlice(length));
            } else if (!readFrame(in, events)) {
                return;
            }
        }
    }

    private boolean readFrame(ByteBuf in, Events events) {
        int length = HttpFrames.contentLength(in);
        if (length < 0) {
            return false;
        }
        if (HttpFrames.isBody(in)) {
            requireBodyAllowed();
            in.skipBytes(HttpFrames.OVERHEAD_BYTES);
            bodyLeft = length;
            return true;
        }
        if (length > maxHead) {
            throw new Malformed(Reason.TOO_LARGE, "HTTP frame of " + length + " bytes");
        }
        if (in.readableBytes() < HttpFrames.OVERHEAD_BYTES + length) {
            return false;
        }
        if (HttpFrames.isSkippable(in)) {
            in.skipBytes(HttpFrames.OVERHEAD_BYTES + length);
        } else {
            dispatch(HttpFrames.read(in), events);
        }
        return true;
    }

    private void dispatch(HttpFrame frame, Events events) {
        switch (frame) {
            case RequestHead head -> {
                requireNoHead();
                headRead = true;
                events.onRequestHead(head);
            }
            case ResponseHead head -> {
                requireNoHead();
                headRead = head.status() >= 200 || head.status() == SWITCHING_PROTOCOLS;
                events.onResponseHead(head);
            }
            case Trailers trailers -> {
                requireBodyAllowed();
                trailersRead = true;
                events.onTrailers(trailers.fields());
            }
            case Body body -> throw new IllegalStateException("Body frames are read piece by piece: " + body);
        }
    }

    private void requireNoHead() {
        if (headRead) {
            throw new Malformed(Reason.INVALID_VALUE, "a second head");
        }
    }

    private void requireBodyAllowed() {
        if (!headRead || trailersRead) {
            throw new Malformed(Reason.INVALID_VALUE, "body or trailers where none may be");
        }
    }
}
