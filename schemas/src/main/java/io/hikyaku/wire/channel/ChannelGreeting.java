package io.hikyaku.wire.channel;

import io.hikyaku.wire.InitialCredits;
import java.util.Arrays;

/// What each side sends as the first TLS application data of a handshake (PROTOCOL.md §5.2): inside the protection of
/// TLS, so that nobody on the path can weaken a choice.
///
/// @param minVersion lowest channel version spoken; must equal the one in the clear segments
/// @param maxVersion highest channel version spoken
/// @param shardCount how many event loops the sender has; must equal the one in the clear segments
/// @param initialCredit bytes that each stream which the receiver opens may send before it is granted more, 0 to
///     [InitialCredits#MAX]
/// @param statement the sender's node statement, a compact JWS, at most 16 KiB
/// @param signature Ed25519 by the instance key over what §5.2 says, 64 bytes
public record ChannelGreeting(
        int minVersion, int maxVersion, int shardCount, int initialCredit, String statement, byte[] signature) {
    public static final int SIGNATURE_BYTES = 64;
    public static final int MAX_STATEMENT_BYTES = 16 * 1024;
    /// Largest greeting after its length, extensions included, in bytes.
    public static final int MAX_BYTES = 2 * MAX_STATEMENT_BYTES;

    public ChannelGreeting {
        HandshakeFrame.requireSender(minVersion, maxVersion, shardCount);
        InitialCredits.require(initialCredit);
        if (statement.length() > MAX_STATEMENT_BYTES || signature.length != SIGNATURE_BYTES) { // §5.2
            throw new IllegalArgumentException(
                    "Statement of " + statement.length() + " bytes, signature of " + signature.length + " bytes");
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ChannelGreeting that
                && minVersion == that.minVersion
                && maxVersion == that.maxVersion
                && shardCount == that.shardCount
                && initialCredit == that.initialCredit
                && statement.equals(that.statement)
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return 31 * statement.hashCode() + Arrays.hashCode(signature);
    }

    @Override
    public String toString() {
        return "ChannelGreeting[versions " + minVersion + " to " + maxVersion + ", " + shardCount
                + " shards, initial credit " + initialCredit + "]";
    }
}
