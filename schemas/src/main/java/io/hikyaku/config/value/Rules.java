package io.hikyaku.config.value;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// The rules that one record's values must keep, collected so that all broken ones are reported at once.
public final class Rules {

    private final List<Violation> violations = new ArrayList<>();

    /// A broken rule.
    ///
    /// @param keys the YAML keys it is about, relative to the record; the first is the one to blame
    /// @param message with [#OTHER] in the place of the second
    public record Violation(List<String> keys, String message) {
        /// In words.
        ///
        /// @param path makes a path in the document of a key
        public String text(UnaryOperator<String> path) {
            return keys.size() < 2 ? message : message.replace(OTHER, path.apply(keys.get(1)));
        }
    }

    private static final String OTHER = "{}";

    public Rules require(boolean holds, String message, String... keys) {
        if (!holds) {
            violations.add(new Violation(List.of(keys), message));
        }
        return this;
    }

    public Rules range(String key, int value, int min, int max) {
        return require(value >= min && value <= max, value + " is not between " + min + " and " + max, key);
    }

    public Rules range(String key, DataSize value, DataSize min, DataSize max) {
        boolean holds = value.compareTo(min) >= 0 && value.compareTo(max) <= 0;
        return require(holds, value + " is not between " + min + " and " + max, key);
    }

    public <T extends Comparable<? super T>> Rules below(String smallKey, T small, String largeKey, T large) {
        String message = text(small) + " must be below " + OTHER + " (" + text(large) + ")";
        return require(small.compareTo(large) < 0, message, smallKey, largeKey);
    }

    public <T extends Comparable<? super T>> Rules atMost(String smallKey, T small, String largeKey, T large) {
        String message = text(small) + " must not exceed " + OTHER + " (" + text(large) + ")";
        return require(small.compareTo(large) <= 0, message, smallKey, largeKey);
    }

    public Rules atMostAQuarter(String smallKey, DataSize small, String largeKey, DataSize large) {
        String message = small + " must not exceed a quarter of " + OTHER + " (" + large + ")";
        return require(small.bytes() <= large.bytes() / 4, message, smallKey, largeKey);
    }

    /// Each of the record's durations, which all are waits or periods: longer than nothing.
    public Rules positive(String key, Duration value) {
        return require(value.isPositive(), "must be longer than nothing", key);
    }

    private static String text(Object value) {
        return value instanceof Duration duration ? TimeSpan.format(duration) : value.toString();
    }

    /// Throws when a rule was broken.
    public void enforce() {
        if (!violations.isEmpty()) {
            throw new InvalidSettings(violations);
        }
    }

    /// A record refused its values.
    public static final class InvalidSettings extends IllegalArgumentException {

        private static final long serialVersionUID = 1;

        private final transient List<Violation> violations;

        private InvalidSettings(List<Violation> violations) {
            super(String.join(
                    "; ",
                    violations.stream()
                            .map(v -> v.keys().getFirst() + ": " + v.text(UnaryOperator.identity()))
                            .toList()));
            this.violations = List.copyOf(violations);
        }

        public List<Violation> violations() {
            return violations;
        }
    }
}
