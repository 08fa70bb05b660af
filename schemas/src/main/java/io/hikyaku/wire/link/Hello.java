package io.hikyaku.wire.link;

import java.util.Arrays;

/// The first frame of each side (PROTOCOL.md §3.2). Both send it at once; neither waits for the other's.
///
/// @param minVersion lowest link version spoken, 1 to 255
/// @param maxVersion highest link version spoken; the link uses the highest that both speak
/// @param forwards whether this node carries packets of others (a relay or a hub), which its neighbour allows only to
///     relays and to clusters it lists as transit
/// @param shard which of the sender's event loops this link belongs to, from 0
/// @param shardCount how many event loops the sender has, 1 to 1024
/// @param statement the sender's node statement (a compact JWS), at most 16 KiB
/// @param nonce 32 fresh random bytes that the other side signs in its [Proof]
public record Hello(
        int minVersion, int maxVersion, boolean forwards, int shard, int shardCount, String statement, byte[] nonce)
        implements LinkFrame {
    public static final int NONCE_BYTES = 32;
    public static final int MAX_SHARDS = 1024;
    public static final int MAX_STATEMENT_BYTES = 16 * 1024;

    public Hello {
        if (minVersion < 1 || minVersion > maxVersion || maxVersion > 255) {
            throw new IllegalArgumentException("Link versions " + minVersion + " to " + maxVersion);
        }
        if (shard < 0 || shard >= shardCount || shardCount > MAX_SHARDS) {
            throw new IllegalArgumentException("Shard " + shard + " of " + shardCount);
        }
        if (nonce.length != NONCE_BYTES || statement.length() > MAX_STATEMENT_BYTES) {
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
