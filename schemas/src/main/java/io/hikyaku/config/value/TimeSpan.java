package io.hikyaku.config.value;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The written form of a [Duration] in a configuration: one number and one unit, as in `500ms`, `10s`, `2m`, `1h`.
public final class TimeSpan {

    private static final Duration MAX = Duration.ofDays(7);
    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,8})(ms|s|m|h)");

    private TimeSpan() {}

    /// Reads a number with its unit; IllegalArgumentException says what is wrong.
    public static Duration parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a duration: like 500ms, 10s, 2m, 1h");
        }
        Duration duration = unit(matcher.group(2)).multipliedBy(Long.parseLong(matcher.group(1)));
        if (duration.compareTo(MAX) > 0) {
            throw new IllegalArgumentException("'" + text + "' is longer than " + format(MAX));
        }
        return duration;
    }

    private static Duration unit(String name) {
        return switch (name) {
            case "ms" -> Duration.ofMillis(1);
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            default -> Duration.ofHours(1);
        };
    }

    /// The shortest form that a file would hold, exact to the millisecond.
    public static String format(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1_000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1_000;
        if (seconds % 60 != 0 || seconds == 60) { // "60s" reads better than "1m" among other seconds
            return seconds + "s";
        }
        return seconds % 3_600 == 0 ? seconds / 3_600 + "h" : seconds / 60 + "m";
    }
}
