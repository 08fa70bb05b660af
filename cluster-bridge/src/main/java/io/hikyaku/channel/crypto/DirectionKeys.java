package io.hikyaku.channel.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// The key of one direction in one epoch (PROTOCOL.md §5.3): AES-128-GCM, with the packet's sequence in the nonce.
public final class DirectionKeys {
    /// Length of the secret that an epoch's keys come from, in bytes.
    public static final int SECRET_BYTES = 32;

    private static final int KEY_BYTES = 16;
    private static final int IV_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final int epoch;
    private final boolean ofInitiator;
    private final byte[] secret;
    private final SecretKeySpec key;
    private final byte[] iv;

    /// @param secret the epoch's secret; copied
    /// @param ofInitiator whether these keys seal what the channel's initiator sends
    public DirectionKeys(int epoch, byte[] secret, boolean ofInitiator) {
        this.epoch = epoch;
        this.ofInitiator = ofInitiator;
        this.secret = secret.clone();
        String direction = ofInitiator ? "initiator" : "responder";
        key = new SecretKeySpec(expand(secret, "hikyaku key " + direction, KEY_BYTES), "AES");
        iv = expand(secret, "hikyaku iv " + direction, IV_BYTES);
    }

    public int epoch() {
        return epoch;
    }

    public SecretKey key() {
        return key;
    }

    /// The nonce: the epoch's own bytes with the sequence mixed into the last eight.
    public GCMParameterSpec nonce(long sequence) {
        byte[] nonce = iv.clone();
        for (int i = 0; i < Long.BYTES; i++) {
            nonce[IV_BYTES - 1 - i] ^= (byte) (sequence >>> 8 * i);
        }
        return new GCMParameterSpec(TAG_BITS, nonce);
    }

    /// The keys of the epoch after this one.
    public DirectionKeys next() {
        byte[] nextSecret = expand(secret, "hikyaku epoch", SECRET_BYTES);
        DirectionKeys next = new DirectionKeys(epoch + 1, nextSecret, ofInitiator);
        Arrays.fill(nextSecret, (byte) 0);
        return next;
    }

    /// Makes sure that nothing of this epoch leads to later ones any more.
    void forgetSecret() {
        Arrays.fill(secret, (byte) 0);
    }

    private static byte[] expand(byte[] secret, String label, int length) {
        try {
            byte[] info = label.getBytes(StandardCharsets.US_ASCII);
            return KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.expandOnly(new SecretKeySpec(secret, "Generic"), info, length));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime has no HKDF-SHA256", e);
        }
    }
}
