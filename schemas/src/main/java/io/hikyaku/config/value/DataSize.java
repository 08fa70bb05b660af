package io.hikyaku.config.value;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A number of bytes, written `64KiB`, `1MiB`, `2GiB`, or as a plain number of bytes.
///
/// @param bytes 1 to 1 TiB
public record DataSize(long bytes) implements Comparable<DataSize> {

    public static final long MAX_BYTES = 1L << 40;
    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,8})(KiB|MiB|GiB)");

    public DataSize {
        if (bytes < 1 || bytes > MAX_BYTES) {
            throw new IllegalArgumentException("a size is between 1 byte and 1024GiB");
        }
    }

    public static DataSize ofKiB(long number) {
        return new DataSize(number << 10);
    }

    public static DataSize ofMiB(long number) {
        return new DataSize(number << 20);
    }

    /// Reads a number with its unit; IllegalArgumentException says what is wrong.
    public static DataSize parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a size: a number of bytes, or like 64KiB, 1MiB, 2GiB");
        }
        return new DataSize(Long.parseLong(matcher.group(1)) << shift(matcher.group(2)));
    }

    private static int shift(String unit) {
        return switch (unit) {
            case "KiB" -> 10;
            case "MiB" -> 20;
            default -> 30;
        };
    }

    /// For buffers and windows, which Java counts as int; ArithmeticException when it does not fit.
    public int toInt() {
        return Math.toIntExact(bytes);
    }

    @Override
    public int compareTo(DataSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /// The form that a file would contain.
    @Override
    public String toString() {
        int zeros = Long.numberOfTrailingZeros(bytes);
        if (zeros >= 30) {
            return (bytes >> 30) + "GiB";
        }
        if (zeros >= 20) {
            return (bytes >> 20) + "MiB";
        }
        return zeros >= 10 ? (bytes >> 10) + "KiB" : Long.toString(bytes);
    }
}
