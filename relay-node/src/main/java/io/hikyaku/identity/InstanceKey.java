package io.hikyaku.identity;

import io.hikyaku.wire.NodeId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;

/// The Ed25519 key that a process makes at its start and never stores. Its public half is the process's address, so
/// that nobody can claim another's, and a restart is a new node. Any thread may use it.
public final class InstanceKey {

    /// What a signature is for: it begins the signed bytes, so that a signature made for one purpose is worth
    /// nothing for another.
    public enum Purpose {
        /// The proof in a link's greeting.
        LINK("hikyaku link proof"),
        /// The proof in a channel's greeting.
        CHANNEL("hikyaku channel proof"),
        /// The head of the node's registry document.
        DOCUMENT("hikyaku registry document"),
        /// A sign of life in the registry.
        BEAT("hikyaku registry beat");

        private final byte[] label;

        Purpose(String label) {
            this.label = label.getBytes(StandardCharsets.US_ASCII);
        }
    }

    private final PrivateKey privateKey;
    private final InstancePublicKey publicKey;

    private InstanceKey(PrivateKey privateKey, InstancePublicKey publicKey) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
    }

    public static InstanceKey generate() {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            return new InstanceKey(pair.getPrivate(), InstancePublicKey.of(pair.getPublic()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no Ed25519", e);
        }
    }

    public InstancePublicKey publicKey() {
        return publicKey;
    }

    public NodeId nodeId() {
        return publicKey.nodeId();
    }

    /// Proves possession of this key. What is signed for [Purpose#LINK] and [Purpose#CHANNEL] must hold something
    /// fresh that the verifier chose (its nonce, or a secret of the TLS session between both), and whom the proof
    /// is for, so that it cannot be passed on. Documents and beats are meant to be passed on, and carry a number
    /// that rises.
    ///
    /// @param parts what is signed, each with its length in front, so that no two lists of parts look alike
    /// @return an Ed25519 signature, 64 bytes
    public byte[] sign(Purpose purpose, byte[]... parts) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(privateKey);
            signature.update(signedBytes(purpose, parts));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing with the instance key failed", e);
        }
    }

    /// Never shows the key.
    @Override
    public String toString() {
        return "InstanceKey[" + nodeId() + "]";
    }

    /// The label, a zero byte, then each part after its length in 32 bits.
    static byte[] signedBytes(Purpose purpose, byte[]... parts) {
        int size = purpose.label.length + 1;
        for (byte[] part : parts) {
            size += Integer.BYTES + part.length;
        }
        ByteBuffer bytes = ByteBuffer.allocate(size).put(purpose.label).put((byte) 0);
        for (byte[] part : parts) {
            bytes.putInt(part.length).put(part);
        }
        return bytes.array();
    }
}
