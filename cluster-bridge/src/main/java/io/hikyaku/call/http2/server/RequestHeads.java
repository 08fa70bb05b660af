package io.hikyaku.call.http2.server;

import io.hikyaku.call.Violation;
import io.hikyaku.call.http.Request;
import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.call.http.field.FieldKind;
import io.hikyaku.call.http.field.Grammar;
import io.hikyaku.call.http.field.HeaderSection;
import io.hikyaku.call.http.field.Provenance;
import io.hikyaku.call.http.field.RequestAuthority;
import io.hikyaku.call.http.field.WebSocket;
import io.hikyaku.call.http2.Http2Fields;
import io.hikyaku.wire.call.HttpFrame;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.Version;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Reads the heads of callers' requests (RFC 9113 §8.3.1). A CONNECT that asks for a WebSocket (RFC 8441) becomes the
/// GET that asks for one.
final class RequestHeads {
    private static final AsciiString TRANSFER_ENCODING = AsciiString.cached("Transfer-Encoding");
    private static final AsciiString CHUNKED = AsciiString.cached("chunked");

    private static final AsciiString PROTOCOL = AsciiString.cached(":protocol");

    private RequestHeads() {}

    /// @param provenance what is known of its sender
    /// @param maxPath bytes
    /// @throws BadMessage if it may not be passed on; as a malformed request where the problem is
    /// [Problem#BAD_REQUEST]
    static Request read(Http2Headers headers, boolean bodyFollows, Provenance provenance, int maxPath) {
        String method = method(headers);
        HeaderSection section = Http2Fields.read(headers);
        String authority = RequestAuthority.of(headers.authority(), section.host());
        String path = path(headers.path(), method, maxPath);
        String scheme = String.valueOf(headers.scheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new BadMessage(Violation.PSEUDO_HEADER, ":scheme");
        }
        boolean webSocket = method.equals("CONNECT");
        if (webSocket) {
            method = "GET";
            section.passWebSocket();
        } else if (bodyFollows && section.contentLength() < 0) {
            section.add(FieldKind.TRANSFER_ENCODING, TRANSFER_ENCODING, CHUNKED); // PROTOCOL.md §7.2
        } else if (!bodyFollows && section.contentLength() > 0) {
            throw new BadMessage(Violation.FRAMING, "Content-Length without a body");
        }
        RequestHead head = new RequestHead(Version.HTTP_2, method, scheme, authority, path, section.fields());
        return new Request(provenance.mark(head), bodyFollows);
    }

    private static String method(Http2Headers headers) {
        String method = headers.method() == null ? "" : String.valueOf(headers.method());
        if (method.length() > HttpFrame.MAX_METHOD_BYTES || !Grammar.isToken(AsciiString.of(method))) {
            throw new BadMessage(Violation.PSEUDO_HEADER, ":method");
        }
        CharSequence protocol = headers.get(PROTOCOL);
        boolean webSocket = protocol != null && WebSocket.PROTOCOL.contentEqualsIgnoreCase(protocol);
        if (protocol != null && !method.equals("CONNECT")) {
            throw new BadMessage(Violation.PSEUDO_HEADER, ":protocol");
        }
        if (protocol != null && !webSocket) {
            throw new BadMessage(Violation.UNKNOWN_PROTOCOL, ":protocol");
        }
        if (!webSocket && !Request.isCarried(method)) {
            throw new BadMessage(Violation.METHOD, "CONNECT, TRACE or PRI");
        }
        return method;
    }

    private static String path(@Nullable CharSequence text, String method, int max) {
        AsciiString path = AsciiString.of(text == null ? "" : text);
        if (path.length() > max) {
            throw new BadMessage(Violation.FIRST_LINE_SIZE, ":path");
        }
        boolean wholeServer = path.contentEquals("*") && method.equals("OPTIONS");
        if (!Grammar.isTarget(path) || path.byteAt(0) != '/' && !wholeServer) {
            throw new BadMessage(Violation.REQUEST_TARGET, ":path");
        }
        return path.toString();
    }
}
