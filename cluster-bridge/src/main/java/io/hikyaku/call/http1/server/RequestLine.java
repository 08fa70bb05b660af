package io.hikyaku.call.http1.server;

import io.hikyaku.call.Violation;
import io.hikyaku.call.http.Request;
import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.call.http.field.Grammar;
import io.hikyaku.wire.call.HttpFrame;
import io.hikyaku.wire.call.HttpFrame.Version;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The first line of a request (RFC 9112 §3). The path is kept as it came, never decoded.
///
/// @param authority of a target in absolute form; null for the usual `/path`
/// @param length bytes of the line, its end included
record RequestLine(String method, @Nullable String authority, String path, Version version, int length) {
    private static final AsciiString GET = AsciiString.cached("GET");
    private static final AsciiString POST = AsciiString.cached("POST");
    private static final AsciiString HTTP = AsciiString.cached("http://");

    /// @throws BadMessage if it is not one, or one that a bridge does not serve
    static RequestLine read(byte[] head) {
        int end = indexOf(head, '\r', 0);
        int afterMethod = Grammar.endOfToken(head, 0, end);
        int afterTarget = indexOf(head, ' ', Math.min(afterMethod + 1, end));
        if (afterMethod == 0
                || afterMethod > HttpFrame.MAX_METHOD_BYTES
                || head[afterMethod] != ' '
                || head[end + 1] != '\n') {
            throw new BadMessage(Violation.REQUEST_LINE, "request line");
        }
        if (afterTarget >= end || !Grammar.isTarget(head, afterMethod + 1, afterTarget)) {
            throw new BadMessage(Violation.REQUEST_TARGET, "request target");
        }
        Version version = version(head, afterTarget + 1, end);
        return withTarget(method(head, afterMethod), head, afterMethod + 1, afterTarget, version, end + 2);
    }

    private static RequestLine withTarget(String method, byte[] head, int from, int to, Version version, int length) {
        if (!Request.isCarried(method)) {
            throw new BadMessage(Violation.METHOD, "CONNECT, TRACE or PRI");
        }
        if (head[from] == '/') {
            return new RequestLine(method, null, text(head, from, to), version, length);
        }
        if (head[from] == '*' && to == from + 1 && method.equals("OPTIONS")) {
            return new RequestLine(method, null, "*", version, length);
        }
        int authority = from + HTTP.length();
        if (authority >= to || !HTTP.contentEqualsIgnoreCase(new AsciiString(head, from, HTTP.length(), false))) {
            throw new BadMessage(Violation.REQUEST_TARGET, "request target");
        }
        return absolute(method, head, authority, to, version, length);
    }

    private static RequestLine absolute(
            String method, byte[] head, int authority, int to, Version version, int length) {
        int path = authority;
        while (path < to && head[path] != '/' && head[path] != '?') {
            path++;
        }
        String rest = text(head, path, to);
        return new RequestLine(
                method, text(head, authority, path), rest.startsWith("/") ? rest : "/" + rest, version, length);
    }

    private static String method(byte[] head, int length) {
        AsciiString method = new AsciiString(head, 0, length, false);
        if (GET.contentEquals(method)) {
            return "GET";
        }
        return POST.contentEquals(method) ? "POST" : method.toString();
    }

    private static Version version(byte[] head, int from, int to) {
        boolean isHttp = to - from == 8
                && head[from] == 'H'
                && head[from + 1] == 'T'
                && head[from + 2] == 'T'
                && head[from + 3] == 'P'
                && head[from + 4] == '/'
                && head[from + 6] == '.';
        if (!isHttp) {
            throw new BadMessage(Violation.REQUEST_LINE, "HTTP version");
        }
        if (head[from + 5] == '1' && head[from + 7] == '1') {
            return Version.HTTP_1_1;
        }
        if (head[from + 5] == '1' && head[from + 7] == '0') {
            return Version.HTTP_1_0;
        }
        throw new BadMessage(Violation.VERSION, "HTTP version");
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    /// The index of the byte at or after `from`; a head always ends in CRLF, so one that is missing is found there.
    private static int indexOf(byte[] bytes, char wanted, int from) {
        int at = from;
        while (at < bytes.length - 2 && bytes[at] != wanted) {
            at++;
        }
        return at;
    }
}
