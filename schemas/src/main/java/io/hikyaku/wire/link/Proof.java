package io.hikyaku.wire.link;

import java.util.Arrays;

/// The second frame of each side: a signature by the instance key that its statement names (PROTOCOL.md §3.3).
///
/// @param signature Ed25519, 64 bytes, over what §3.3 says (the other side's nonce among it)
public record Proof(byte[] signature) implements LinkFrame {
    public static final int SIGNATURE_BYTES = 64;

    public Proof {
        if (signature.length != SIGNATURE_BYTES) {
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
