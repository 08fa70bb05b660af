package io.hikyaku.call.observe;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `tracestate` (W3C Trace Context, level 1, §3.3): what tracing systems carry with a trace. Limited to the length that
/// everybody has to carry.
final class TraceState {
    static final int MAX_CHARACTERS = 512;
    static final int MAX_MEMBERS = 32;

    /// Members above this are the first to go (§3.3.1.5).
    private static final int LONG_MEMBER = 128;

    private static final Pattern KEY =
            Pattern.compile("[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13}");
    private static final Pattern VALUE =
            Pattern.compile("[\\x20-\\x2b\\x2d-\\x3c\\x3e-\\x7e]{0,255}[\\x21-\\x2b\\x2d-\\x3c\\x3e-\\x7e]");

    private TraceState() {}

    /// The state as it may be passed on: the same object if nothing is wrong with it, null if it is of no use.
    static @Nullable String checked(String state) {
        List<String> members = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        for (String part : state.split(",", -1)) {
            String member = part.strip();
            if (member.isEmpty()) {
                continue;
            }
            int equals = member.indexOf('=');
            if (equals < 0
                    || members.size() == MAX_MEMBERS
                    || !KEY.matcher(member).region(0, equals).matches()
                    || !VALUE.matcher(member)
                            .region(equals + 1, member.length())
                            .matches()
                    || !keys.add(member.substring(0, equals))) {
                return null;
            }
            members.add(member);
        }
        return state.length() <= MAX_CHARACTERS ? state : shortened(members);
    }

    private static @Nullable String shortened(List<String> members) {
        if (length(members) > MAX_CHARACTERS) {
            members.removeIf(member -> member.length() > LONG_MEMBER);
        }
        while (length(members) > MAX_CHARACTERS) {
            members.removeLast();
        }
        return members.isEmpty() ? null : String.join(",", members);
    }

    private static int length(List<String> members) {
        return members.stream().mapToInt(String::length).sum() + Math.max(0, members.size() - 1);
    }
}
