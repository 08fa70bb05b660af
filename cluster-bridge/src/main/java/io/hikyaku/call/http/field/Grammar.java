package io.hikyaku.call.http.field;

import io.netty.util.AsciiString;

/// Which bytes are allowed where (RFC 9110 §5.5, RFC 9110 §5.6.2; RFC 9112 §3.2).
public final class Grammar {
    private static final int TOKEN = 1;
    private static final int VALUE = 2;
    private static final int TARGET = 4;
    private static final int HOST = 8;
    private static final int DIGIT = 16;
    private static final int MAX_PORT_DIGITS = 5;
    private static final int MAX_PORT = 65_535;
    private static final byte[] CLASSES = classes();
    private static final String MAX_LENGTH = Long.toString(Long.MAX_VALUE);

    private Grammar() {}

    private static byte[] classes() {
        byte[] classes = new byte[256];
        for (int c = 0; c < 256; c++) {
            boolean alphanumeric = c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            boolean token = alphanumeric || c > 0 && "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
            boolean value = c == '\t' || c >= ' ' && c != 127;
            boolean target = c > ' ' && c < 127 && c != '#' && c != '\\';
            boolean host = alphanumeric || c > 0 && "-._~%!$&'()*+;=".indexOf(c) >= 0;
            boolean digit = c >= '0' && c <= '9';
            classes[c] = (byte) ((token ? TOKEN : 0)
                    | (value ? VALUE : 0)
                    | (target ? TARGET : 0)
                    | (host ? HOST : 0)
                    | (digit ? DIGIT : 0));
        }
        return classes;
    }

    /// The first index from `from` whose byte cannot be part of a token, `to` if there is none.
    public static int endOfToken(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && (CLASSES[bytes[at] & 0xff] & TOKEN) != 0) {
            at++;
        }
        return at;
    }

    /// What may surround a value (RFC 9110 §5.6.3).
    public static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    public static boolean isToken(byte[] bytes, int from, int to) {
        return from < to && endOfToken(bytes, from, to) == to;
    }

    public static boolean isValue(byte[] bytes, int from, int to) {
        return all(VALUE, bytes, from, to);
    }

    public static boolean isTarget(byte[] bytes, int from, int to) {
        return from < to && all(TARGET, bytes, from, to);
    }

    /// Whether it is a host with an optional port (RFC 9110 §7.2): no user, no list, no path.
    public static boolean isHost(byte[] bytes, int from, int to) {
        int end = from;
        if (from < to && bytes[from] == '[') {
            end = endOfAddress(bytes, from + 1, to);
        } else {
            while (end < to && (CLASSES[bytes[end] & 0xff] & HOST) != 0) {
                end++;
            }
        }
        if (end <= from || end == to) {
            return end > from;
        }
        return bytes[end] == ':' && isPort(bytes, end + 1, to);
    }

    /// A port may be empty (RFC 3986 §3.2.3).
    private static boolean isPort(byte[] bytes, int from, int to) {
        if (to - from > MAX_PORT_DIGITS || !all(DIGIT, bytes, from, to)) {
            return false;
        }
        int port = 0;
        for (int at = from; at < to; at++) {
            port = port * 10 + bytes[at] - '0';
        }
        return port <= MAX_PORT;
    }

    /// @return the index after an IPv6 address and its bracket, as far as its characters tell; −1: it is not one
    private static int endOfAddress(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && (bytes[at] == ':' || bytes[at] == '.' || Character.digit(bytes[at], 16) >= 0)) {
            at++;
        }
        return at > from && at < to && bytes[at] == ']' ? at + 1 : -1;
    }

    public static boolean isToken(AsciiString text) {
        return isToken(text.array(), text.arrayOffset(), text.arrayOffset() + text.length());
    }

    /// A token without upper-case letters (RFC 9113 §8.2.1).
    public static boolean isLowerCaseToken(AsciiString text) {
        for (int at = 0; at < text.length(); at++) {
            if (text.byteAt(at) >= 'A' && text.byteAt(at) <= 'Z') {
                return false;
            }
        }
        return isToken(text);
    }

    public static boolean isValue(AsciiString text) {
        return isValue(text.array(), text.arrayOffset(), text.arrayOffset() + text.length());
    }

    public static boolean isTarget(AsciiString text) {
        return isTarget(text.array(), text.arrayOffset(), text.arrayOffset() + text.length());
    }

    public static boolean isHost(AsciiString text) {
        return isHost(text.array(), text.arrayOffset(), text.arrayOffset() + text.length());
    }

    /// Whether it is valid in `Content-Length`: digits, without leading zeros, below 2^63 (RFC 9110 §8.6).
    public static boolean isLength(AsciiString text) {
        int length = text.length();
        if (length > 1 && text.byteAt(0) == '0' || length > MAX_LENGTH.length()) {
            return false;
        }
        boolean fits = length < MAX_LENGTH.length() || text.compareTo(MAX_LENGTH) <= 0;
        return fits && length > 0 && all(DIGIT, text.array(), text.arrayOffset(), text.arrayOffset() + length);
    }

    private static boolean all(int kind, byte[] bytes, int from, int to) {
        for (int at = from; at < to; at++) {
            if ((CLASSES[bytes[at] & 0xff] & kind) == 0) {
                return false;
            }
        }
        return true;
    }
}
