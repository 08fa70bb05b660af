package io.hikyaku.identity;

import io.hikyaku.wire.NodeId;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/// The public half of an [InstanceKey]: 32 bytes (RFC 8032), whose hash is the node id.
public final class InstancePublicKey {

    public static final int BYTES = 32;

    /// A SubjectPublicKeyInfo of Ed25519 up to the key itself (RFC 8410 section 4).
    private static final byte[] SPKI_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private final byte[] raw;
    private final PublicKey key;
    private final NodeId nodeId;

    private InstancePublicKey(byte[] raw, PublicKey key) {
        this.raw = raw;
        this.key = key;
        this.nodeId = NodeId.of(sha256(raw));
    }

    /// @throws IllegalArgumentException if these are not 32 bytes of an Ed25519 public key
    public static InstancePublicKey ofRaw(byte[] raw) {
        if (raw.length != BYTES) {
            throw new IllegalArgumentException("an instance key has " + BYTES + " bytes, not " + raw.length);
        }
        byte[] spki = Arrays.copyOf(SPKI_PREFIX, SPKI_PREFIX.length + BYTES);
        System.arraycopy(raw, 0, spki, SPKI_PREFIX.length, BYTES);
        try {
            PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki));
            return new InstancePublicKey(raw.clone(), key);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not an Ed25519 public key", e);
        }
    }

    static InstancePublicKey of(PublicKey key) {
        byte[] spki = key.getEncoded();
        return ofRaw(Arrays.copyOfRange(spki, SPKI_PREFIX.length, spki.length));
    }

    public byte[] raw() {
        return raw.clone();
    }

    /// The first 16 bytes of the key's SHA-256.
    public NodeId nodeId() {
        return nodeId;
    }

    /// Whether [InstanceKey#sign] of this key's other half made the signature over the same purpose and parts.
    public boolean verifies(byte[] signature, InstanceKey.Purpose purpose, byte[]... parts) {
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(InstanceKey.signedBytes(purpose, parts));
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            // A signature that cannot even be read, or a key that is no point of the curve: nothing is proven.
            return false;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof InstancePublicKey that && Arrays.equals(raw, that.raw);
    }

    @Override
    public int hashCode() {
        return nodeId.hashCode();
    }

    @Override
    public String toString() {
        return "InstancePublicKey[" + nodeId + "]";
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}
