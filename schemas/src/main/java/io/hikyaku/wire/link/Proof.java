package io.hikyaku.wire.link;

/// The second frame of each side: a signature by the instance key that its statement names (PROTOCOL.md §3.3).
///
/// @param signature Ed25519, 64 bytes, over what §3.3 says (the other side's nonce among it)
public record Proof(byte[] signature) implements LinkFrame {
    public static final int SIGNATURE_BYTES = 64;
}
