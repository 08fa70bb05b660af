package io.hikyaku.call.http;

import io.netty.util.AsciiString;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The field `grpc-timeout` of gRPC over HTTP/2: at most eight digits and a unit.
public final class GrpcTimeout {
    public static final AsciiString NAME = AsciiString.cached("grpc-timeout");

    private static final int MAX_DIGITS = 8;
    private static final long MAX_VALUE = 99_999_999;
    private static final char[] UNITS = {'n', 'u', 'm', 'S', 'M', 'H'};

    private GrpcTimeout() {}

    /// Nanoseconds, at most [Long#MAX_VALUE]; −1: it is not one.
    public static long parse(CharSequence text) {
        int digits = text.length() - 1;
        if (digits < 1 || digits > MAX_DIGITS) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        TimeUnit unit = unit(text.charAt(digits));
        return unit == null ? -1 : unit.toNanos(value);
    }

    /// The finest unit that holds it in eight digits; less than a nanosecond is written as one.
    public static AsciiString format(long nanos) {
        for (char letter : UNITS) {
            TimeUnit unit = unit(letter);
            long value = unit == null ? 0 : unit.convert(Math.max(nanos, 1), TimeUnit.NANOSECONDS);
            if (value <= MAX_VALUE) {
                return AsciiString.of(value + String.valueOf(letter));
            }
        }
        return AsciiString.of(MAX_VALUE + "H");
    }

    private static @Nullable TimeUnit unit(char letter) {
        return switch (letter) {
            case 'n' -> TimeUnit.NANOSECONDS;
            case 'u' -> TimeUnit.MICROSECONDS;
            case 'm' -> TimeUnit.MILLISECONDS;
            case 'S' -> TimeUnit.SECONDS;
            case 'M' -> TimeUnit.MINUTES;
            case 'H' -> TimeUnit.HOURS;
            default -> null;
        };
    }
}
