package io.hikyaku.config.kubernetes;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Ports that a bridge may listen on, both ends included: written `20000-29999`.
///
/// @param first 1024 at least, so that no privilege is needed
/// @param last at most 65535
public record PortRange(int first, int last) {
    private static final int LEAST = 1024;
    private static final int MOST = 65_535;
    private static final Pattern FORM = Pattern.compile("([0-9]{1,5})-([0-9]{1,5})");

    public PortRange {
        if (first < LEAST || last > MOST || first > last) {
            throw new IllegalArgumentException(
                    first + "-" + last + " is no range of ports between " + LEAST + " and " + MOST);
        }
    }

    /// Reads `first-last`; IllegalArgumentException says what is wrong.
    public static PortRange parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a range of ports: like 20000-29999");
        }
        return new PortRange(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    public int size() {
        return last - first + 1;
    }

    public boolean contains(int port) {
        return port >= first && port <= last;
    }

    @Override
    public String toString() {
        return first + "-" + last;
    }
}
