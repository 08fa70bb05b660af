package io.hikyaku.call.observe;

import io.netty.util.AsciiString;
import io.netty.util.concurrent.FastThreadLocal;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// The ids of requests, `X-Request-Id`: 128 random bits unless the caller brings its own. They are names, not secrets,
/// so each thread draws them from a fast generator that was seeded once.
public final class RequestIds {
    public static final int MAX_CHARACTERS = 128;

    private static final int DIGITS = 32;
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    private static final FastThreadLocal<RandomGenerator> RANDOM = new FastThreadLocal<>() {
        @Override
        protected RandomGenerator initialValue() {
            return RandomGeneratorFactory.of("L64X128MixRandom").create(SecureRandom.getSeed(24));
        }
    };

    private RequestIds() {}

    /// A new one, 32 hexadecimal digits.
    public static AsciiString next() {
        RandomGenerator random = RANDOM.get();
        byte[] digits = new byte[DIGITS];
        write(random.nextLong(), digits, 0);
        write(random.nextLong(), digits, DIGITS / 2);
        return new AsciiString(digits, false);
    }

    private static void write(long bits, byte[] digits, int at) {
        for (int i = 0; i < DIGITS / 2; i++) {
            digits[at + i] = HEX[(int) (bits >>> 60 - 4 * i) & 15];
        }
    }

    /// Whether a caller's id may be kept: a token (RFC 9110 §5.6.2) of at most 128 characters.
    static boolean isSane(CharSequence id) {
        if (id.isEmpty() || id.length() > MAX_CHARACTERS) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            if (!isTokenCharacter(id.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isTokenCharacter(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }

    /// The id as a URN (RFC 8141) for problem details.
    public static String urn(CharSequence id) {
        StringBuilder urn = new StringBuilder("urn:hikyaku:request:");
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if ("#%^`|".indexOf(c) >= 0) {
                urn.append('%').append(Integer.toHexString(c));
            } else {
                urn.append(c);
            }
        }
        return urn.toString();
    }
}
