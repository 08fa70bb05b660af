package io.hikyaku.call.observe;

import org.jspecify.annotations.Nullable;

/// What `traceparent` says (W3C Trace Context, level 1, §3.2).
///
/// @param traceId 32 hexadecimal digits, not all 0
/// @param parentId 16 hexadecimal digits, not all 0
/// @param flags 0 to 255; bit 0: sampled
public record TraceContext(String traceId, String parentId, int flags) {
    private static final int TRACE_ID = 3;
    private static final int PARENT_ID = 36;
    private static final int FLAGS = 53;
    private static final int LENGTH = 55;

    /// Null if it is not valid.
    public static @Nullable TraceContext parse(CharSequence text) {
        if (!isValid(text)) {
            return null;
        }
        return new TraceContext(
                text.subSequence(TRACE_ID, PARENT_ID - 1).toString(),
                text.subSequence(PARENT_ID, FLAGS - 1).toString(),
                Character.digit(text.charAt(FLAGS), 16) * 16 + Character.digit(text.charAt(FLAGS + 1), 16));
    }

    /// Whether it may be passed on. A later version may say more, but only after the same as this one.
    static boolean isValid(CharSequence text) {
        if (text.length() < LENGTH
                || text.charAt(2) != '-'
                || text.charAt(PARENT_ID - 1) != '-'
                || text.charAt(FLAGS - 1) != '-') {
            return false;
        }
        boolean first = text.charAt(0) == '0' && text.charAt(1) == '0';
        boolean none = text.charAt(0) == 'f' && text.charAt(1) == 'f';
        boolean ends = text.length() == LENGTH || !first && text.charAt(LENGTH) == '-';
        return ends
                && !none
                && isHex(text, 0, 2)
                && isHex(text, TRACE_ID, PARENT_ID - 1)
                && isHex(text, PARENT_ID, FLAGS - 1)
                && isHex(text, FLAGS, LENGTH)
                && !isZero(text, TRACE_ID, PARENT_ID - 1)
                && !isZero(text, PARENT_ID, FLAGS - 1);
    }

    /// The field for a span of ours.
    static String field(CallSpan span) {
        return "00-" + span.traceId() + "-" + span.spanId() + (span.isSampled() ? "-01" : "-00");
    }

    private static boolean isHex(CharSequence text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZero(CharSequence text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) != '0') {
                return false;
            }
        }
        return true;
    }
}
