package io.hikyaku.wire.link;

import java.util.Arrays;

/// What the two ends of a link say to each other, one frame a packet of kind LINK (PROTOCOL.md §3). A malformed one
/// closes the link with a [Goodbye].
public sealed interface LinkFrame {
    /// The first frame of each side (PROTOCOL.md §3.2). Both send it at once; neither waits for the other's.
    ///
    /// @param minVersion lowest link version spoken, 1 to 255
    /// @param maxVersion highest link version spoken; the link uses the highest that both speak
    /// @param forwards whether this node carries packets of others (a relay or a hub), which its neighbour allows
    ///     only to relays and to clusters it lists as transit
    /// @param shard which of the sender's event loops this link belongs to, from 0
    /// @param shardCount how many event loops the sender has, 1 to 1024
    /// @param statement the sender's node statement (a compact JWS), at most 16 KiB
    /// @param nonce 32 fresh random bytes that the other side signs in its [Proof]
    record Hello(
            int minVersion, int maxVersion, boolean forwards, int shard, int shardCount, String statement, byte[] nonce)
            implements LinkFrame {
        public static final int NONCE_BYTES = 32;
        public static final int MAX_SHARDS = 1024;
        public static final int MAX_STATEMENT_BYTES = 16 * 1024;

        public Hello {
            if (minVersion < 1 || minVersion > maxVersion || maxVersion > 255) { // §3.2
                throw new IllegalArgumentException("Link versions " + minVersion + " to " + maxVersion);
            }
            if (shard < 0 || shard >= shardCount || shardCount > MAX_SHARDS) { // §3.2
                throw new IllegalArgumentException("Shard " + shard + " of " + shardCount);
            }
            if (nonce.length != NONCE_BYTES || statement.length() > MAX_STATEMENT_BYTES) { // §3.2
                throw new IllegalArgumentException(
                        "Nonce of " + nonce.length + " bytes, statement of " + statement.length() + " bytes");
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Hello that
                    && minVersion == that.minVersion
                    && maxVersion == that.maxVersion
                    && forwards == that.forwards
                    && shard == that.shard
                    && shardCount == that.shardCount
                    && statement.equals(that.statement)
                    && Arrays.equals(nonce, that.nonce);
        }

        @Override
        public int hashCode() {
            return 31 * statement.hashCode() + Arrays.hashCode(nonce);
        }

        @Override
        public String toString() {
            return "Hello[versions " + minVersion + " to " + maxVersion + ", shard " + shard + " of " + shardCount
                    + (forwards ? ", forwards]" : "]");
        }
    }

    /// The second frame of each side: a signature by the instance key that its statement names (PROTOCOL.md §3.3).
    ///
    /// @param signature Ed25519, 64 bytes, over what §3.3 says (the other side's nonce among it)
    record Proof(byte[] signature) implements LinkFrame {
        public static final int SIGNATURE_BYTES = 64;

        public Proof {
            if (signature.length != SIGNATURE_BYTES) { // §3.3
                throw new IllegalArgumentException("Signature of " + signature.length + " bytes");
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Proof that && Arrays.equals(signature, that.signature);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(signature);
        }

        @Override
        public String toString() {
            return "Proof[]";
        }
    }

    /// Keepalive of a link (PROTOCOL.md §3.4).
    ///
    /// @param token any value, returned by the [Pong]
    record Ping(long token) implements LinkFrame {}

    /// The answer to a [Ping] (PROTOCOL.md §3.4).
    ///
    /// @param token the ping's
    record Pong(long token) implements LinkFrame {}

    /// The last frame before a side closes the link, so that the other can log why (PROTOCOL.md §3.5).
    ///
    /// @param code why
    /// @param detail text for people, at most 256 bytes of UTF-8, no secrets
    record Goodbye(Code code, String detail) implements LinkFrame {
        public static final int MAX_DETAIL_BYTES = 256;

        /// Why a link is closed; unknown codes are read as [#OTHER].
        public enum Code {
            OTHER(0),
            /// The node stops.
            LEAVING(1),
            /// No common link version.
            VERSION(2),
            /// Statement or proof not accepted.
            IDENTITY(3),
            /// Malformed bytes.
            MALFORMED(4),
            /// A packet whose source the neighbour may not use.
            FOREIGN_SOURCE(5),
            /// A limit of the node, such as its number of links.
            LIMIT(6);

            private final int number;

            Code(int number) {
                this.number = number;
            }

            public int number() {
                return number;
            }

            static Code of(int number) {
                for (Code code : values()) {
                    if (code.number == number) {
                        return code;
                    }
                }
                return OTHER;
            }
        }
    }
}
