package io.hikyaku.config.yaml;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// Finds the key that somebody meant.
final class Spelling {

    private static final int MAX_LENGTH = 64;

    private Spelling() {}

    /// The known key that is a few letters away at most: a third of the length.
    static Optional<String> nearest(String key, Collection<String> known) {
        if (key.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        String plain = plain(key);
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(plain, plain(candidate))))
                .filter(best -> distance(plain, plain(best)) <= Math.max(1, best.length() / 3));
    }

    // So that event-loops and EventLoops are eventLoops.
    private static String plain(String key) {
        return key.replaceAll("[-_. ]", "").toLowerCase(Locale.ROOT);
    }

    // Levenshtein's, one row at a time.
    private static int distance(String a, String b) {
        int[] above = new int[b.length() + 1];
        for (int column = 0; column <= b.length(); column++) {
            above[column] = column;
        }
        for (int row = 1; row <= a.length(); row++) {
            int[] current = new int[b.length() + 1];
            current[0] = row;
            for (int column = 1; column <= b.length(); column++) {
                int change = a.charAt(row - 1) == b.charAt(column - 1) ? 0 : 1;
                int either = Math.min(above[column], current[column - 1]) + 1;
                current[column] = Math.min(above[column - 1] + change, either);
            }
            above = current;
        }
        return above[b.length()];
    }
}
