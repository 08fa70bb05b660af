package io.hikyaku.wire.link;

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
}
