package io.hikyaku.channel.handshake;

import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.channel.HandshakeFrame;
import io.hikyaku.wire.channel.HandshakeFrame.Segment;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/// The two TLS byte streams of a handshake: what was sent and not yet acknowledged, and what has arrived without a gap
/// (PROTOCOL.md §5.1). Pieces that come too early are dropped; the other side sends them again.
public final class SegmentStream {
    /// A piece fits any path, even a topic that only takes small records.
    static final int PIECE_BYTES = 4 * 1024;

    private byte[] sent = new byte[0];
    private int acknowledged;
    private int handedOut;
    private int received;
    private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();

    /// Adds bytes to send. Returns false, and adds none, if they are too many for one handshake.
    public boolean append(byte[] bytes) {
        int length = bytes.length;
        if (sent.length + length > HandshakeFrame.MAX_STREAM_BYTES) {
            return false;
        }
        int at = sent.length;
        sent = Arrays.copyOf(sent, at + length);
        System.arraycopy(bytes, 0, sent, at, length);
        return true;
    }

    /// Takes a piece from the other side. Returns whether it brought anything new.
    ///
    /// @throws Malformed if it acknowledges what was never sent
    public boolean onSegment(Segment segment) {
        if (segment.acknowledged() > sent.length) {
            throw new Malformed(Reason.INVALID_VALUE, "acknowledged " + segment.acknowledged() + " of " + sent.length);
        }
        acknowledged = Math.max(acknowledged, segment.acknowledged());
        int known = received - segment.offset();
        if (known < 0 || known >= segment.bytes().length) {
            return false;
        }
        arrived.write(segment.bytes(), known, segment.bytes().length - known);
        received += segment.bytes().length - known;
        return true;
    }

    /// The bytes that arrived since the last call.
    public byte[] takeArrived() {
        byte[] bytes = arrived.toByteArray();
        arrived.reset();
        return bytes;
    }

    /// Starts again with what the other side has not acknowledged.
    public void rewind() {
        handedOut = acknowledged;
    }

    public boolean hasMore() {
        return handedOut < sent.length;
    }

    public boolean allAcknowledged() {
        return acknowledged == sent.length;
    }

    public boolean hasArrived() {
        return arrived.size() > 0;
    }

    public int offset() {
        return handedOut;
    }

    public int received() {
        return received;
    }

    /// The next piece to send, empty if there is none.
    public byte[] nextPiece() {
        int end = Math.min(sent.length, handedOut + PIECE_BYTES);
        byte[] piece = Arrays.copyOfRange(sent, handedOut, end);
        handedOut = end;
        return piece;
    }
}
