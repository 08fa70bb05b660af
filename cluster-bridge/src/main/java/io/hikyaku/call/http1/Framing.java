package io.hikyaku.call.http1;

/// How the end of a body is known in HTTP/1 (RFC 9112 §6).
///
/// @param length for [Kind#FIXED], bytes
record Framing(Kind kind, long length) {
    enum Kind {
        NONE,
        FIXED,
        CHUNKED,
        UNTIL_CLOSE
    }

    static final Framing NONE = new Framing(Kind.NONE, 0);
    static final Framing CHUNKED = new Framing(Kind.CHUNKED, 0);
    static final Framing UNTIL_CLOSE = new Framing(Kind.UNTIL_CLOSE, 0);

    static Framing fixed(long length) {
        return length == 0 ? NONE : new Framing(Kind.FIXED, length);
    }
}
