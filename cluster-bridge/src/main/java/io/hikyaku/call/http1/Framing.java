package io.hikyaku.call.http1;

/// How the end of a body is known in HTTP/1 (RFC 9112 §6).
///
/// @param length for [Kind#FIXED], bytes
public record Framing(Kind kind, long length) {
    public enum Kind {
        NONE,
        FIXED,
        CHUNKED,
        UNTIL_CLOSE
    }

    public static final Framing NONE = new Framing(Kind.NONE, 0);
    public static final Framing CHUNKED = new Framing(Kind.CHUNKED, 0);
    public static final Framing UNTIL_CLOSE = new Framing(Kind.UNTIL_CLOSE, 0);

    public static Framing fixed(long length) {
        return length == 0 ? NONE : new Framing(Kind.FIXED, length);
    }
}
