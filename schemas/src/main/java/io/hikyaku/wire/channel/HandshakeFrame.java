package io.hikyaku.wire.channel;

import java.util.Arrays;

/// The body of a packet of kind HANDSHAKE (PROTOCOL.md §5.1): pieces of two TLS byte streams, one in each direction,
/// with a small reliability layer of their own.
public sealed interface HandshakeFrame {
    /// A piece of the sender's TLS bytes, and how far it has received the other side's.
    ///
    /// @param minVersion lowest channel version the sender speaks, 1 to 255; confirmed inside TLS by the channel
    ///   greeting
    /// @param maxVersion highest channel version the sender speaks
    /// @param shardCount how many event loops the sender has, 1 to 1024
    /// @param offset position of the first byte in the sender's TLS stream, in bytes, at most [#MAX_STREAM_BYTES]
    /// @param acknowledged bytes of the other side's TLS stream received without a gap
    /// @param bytes the piece, possibly empty
    record Segment(int minVersion, int maxVersion, int shardCount, int offset, int acknowledged, byte[] bytes)
            implements HandshakeFrame {
        public Segment {
            requireSender(minVersion, maxVersion, shardCount);
            if (bytes.length > MAX_SEGMENT_BYTES
                    || offset < 0
                    || offset > MAX_STREAM_BYTES - bytes.length
                    || acknowledged < 0
                    || acknowledged > MAX_STREAM_BYTES) { // §5.1
                throw new IllegalArgumentException(
                        "Segment of " + bytes.length + " bytes at " + offset + ", acknowledged " + acknowledged);
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Segment that
                    && minVersion == that.minVersion
                    && maxVersion == that.maxVersion
                    && shardCount == that.shardCount
                    && offset == that.offset
                    && acknowledged == that.acknowledged
                    && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return 31 * (31 * offset + acknowledged) + Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return "Segment[offset " + offset + ", " + bytes.length + " bytes, acknowledged " + acknowledged + "]";
        }
    }

    /// The receiver will not go on with this handshake (§5.2). Not authenticated: a hint that saves the wait.
    record Reject(RejectCode code) implements HandshakeFrame {}

    /// Most bytes one side's TLS stream may have in a handshake.
    int MAX_STREAM_BYTES = 256 * 1024;

    /// Most bytes of one piece: a lost one costs little to send again.
    int MAX_SEGMENT_BYTES = 8 * 1024;

    /// Most event loops of a node.
    int MAX_SHARDS = 1024;

    /// Why a handshake was not continued; unknown codes are read as [#OTHER].
    enum RejectCode {
        OTHER(0),
        /// Offers crossed, and the other one goes on.
        CROSSED(1),
        /// No common channel version.
        VERSION(2),
        /// The node has too many channels or handshakes.
        BUSY(3),
        /// A packet of a channel that the node does not have, for instance because it was closed.
        UNKNOWN_CHANNEL(4),
        /// TLS or the channel greeting failed.
        FAILED(5),
        /// The node is about to stop and opens no more channels.
        LEAVING(6);

        private final int number;

        RejectCode(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }

        static RejectCode of(int number) {
            for (RejectCode code : values()) {
                if (code.number == number) {
                    return code;
                }
            }
            return OTHER;
        }
    }

    /// Refuses what its sender could not put on the wire.
    static void requireSender(int minVersion, int maxVersion, int shardCount) {
        if (minVersion < 1
                || minVersion > maxVersion
                || maxVersion > 255
                || shardCount < 1
                || shardCount > MAX_SHARDS) { // §5.1, §5.2
            throw new IllegalArgumentException(
                    "Channel versions " + minVersion + " to " + maxVersion + ", " + shardCount + " shards");
        }
    }
}
