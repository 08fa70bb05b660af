package io.hikyaku.wire.call;

import io.netty.util.AsciiString;
import io.netty.util.ByteProcessor;

/// Which bytes the parts of an HTTP head may hold (PROTOCOL.md §7.2). A head is written out again as lines of HTTP/1.1
/// at its target: a line end smuggled into a name or value by a hostile member would start a line, or a request, of its
/// own.
final class HttpText {
    private static final boolean[] TOKEN = new boolean[256];

    private static final ByteProcessor TOKEN_BYTE = b -> TOKEN[b & 0xff];
    private static final ByteProcessor VALUE_BYTE = b -> b != '\r' && b != '\n' && b != 0;
    private static final ByteProcessor TARGET_BYTE = b -> b < 0 || b > ' ' && b != 0x7f;

    static {
        for (char c = 'a'; c <= 'z'; c++) {
            TOKEN[c] = true;
            TOKEN[Character.toUpperCase(c)] = true;
        }
        for (char c = '0'; c <= '9'; c++) {
            TOKEN[c] = true;
        }
        for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
            TOKEN[c] = true;
        }
    }

    private HttpText() {}

    /// Whether it is a token as RFC 9110 §5.6.2 says: a method or field name.
    static boolean isToken(AsciiString text) {
        return !text.isEmpty() && all(text, TOKEN_BYTE);
    }

    /// Whether it holds no line end and no NUL: a field value or reason phrase.
    static boolean isFieldValue(AsciiString text) {
        return all(text, VALUE_BYTE);
    }

    /// Whether it holds no space and no control byte: a path, authority or scheme, possibly empty.
    static boolean isTarget(AsciiString text) {
        return all(text, TARGET_BYTE);
    }

    private static boolean all(AsciiString text, ByteProcessor allowed) {
        try {
            return text.forEachByte(allowed) < 0;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
