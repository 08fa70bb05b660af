package io.hikyaku.kubernetes.imports;

import io.hikyaku.config.value.ServiceName;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;

/// Names of the Services behind a ServiceImport, as the reference implementation of KEP-1645 makes them: no user's
/// Service has one by chance.
public final class DerivedName {
    private static final String PREFIX = "derived-";
    private static final int HASH_CHARS = 10;
    private static final String BASE32_HEX = "0123456789abcdefghijklmnopqrstuv";
    private static final int BITS = 5;

    private DerivedName() {}

    /// Of the Service that has the imported service's address.
    public static String of(ServiceName service) {
        return of(service.toString());
    }

    /// Whether a name is like those that are made here.
    public static boolean isDerived(String name) {
        return name.length() == PREFIX.length() + HASH_CHARS && name.startsWith(PREFIX);
    }

    /// Of the Service that leads to one pod of a headless service.
    public static String ofPod(ServiceName service, String cluster, String pod) {
        return of(service.pod(cluster, pod));
    }

    private static String of(String text) {
        byte[] digest = sha256(text);
        StringBuilder name = new StringBuilder(PREFIX);
        for (int i = 0; i < HASH_CHARS; i++) {
            int bit = i * BITS;
            int pair = (digest[bit / Byte.SIZE] & 0xff) << Byte.SIZE | digest[bit / Byte.SIZE + 1] & 0xff;
            name.append(BASE32_HEX.charAt(pair >> (2 * Byte.SIZE - BITS - bit % Byte.SIZE) & 0x1f));
        }
        return name.toString().toLowerCase(Locale.ROOT);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
