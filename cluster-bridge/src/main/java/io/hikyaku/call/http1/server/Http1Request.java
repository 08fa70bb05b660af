package io.hikyaku.call.http1.server;

import io.hikyaku.call.Violation;
import io.hikyaku.call.http.Request;
import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.call.http.field.Provenance;
import io.hikyaku.call.http.field.RequestAuthority;
import io.hikyaku.call.http.field.WebSocket;
import io.hikyaku.call.http1.FieldSection;
import io.hikyaku.call.http1.Framing;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.Version;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/// A request's head as it was read from a caller.
///
/// @param contentLength of the body; −1: chunked
/// @param keepAlive whether the caller wants the connection to stay open
public record Http1Request(RequestHead head, long contentLength, boolean keepAlive) {
    /// @param bytes the whole head, its empty line included
    /// @param provenance what is known of its sender
    /// @throws BadMessage if it may not be passed on (RFC 9112)
    public static Http1Request read(byte[] bytes, Provenance provenance) {
        RequestLine line = RequestLine.read(bytes);
        FieldSection section = FieldSection.read(bytes, line.length(), bytes.length);
        boolean current = line.version() == Version.HTTP_1_1;
        if (section.chunked() && !current) {
            throw new BadMessage(Violation.FRAMING, "Transfer-Encoding in HTTP/1.0");
        }
        if (line.method().equals("GET") && current && section.webSocket() && isBodiless(section)) {
            requireKey(section.fields().get(WebSocket.KEY));
            section.passWebSocket();
        }
        RequestHead head = new RequestHead(
                line.version(), line.method(), "http", authority(line, section), line.path(), section.fields());
        long length = section.chunked() ? -1 : Math.max(0, section.contentLength());
        return new Http1Request(provenance.mark(head), length, current ? !section.close() : section.keepAlive());
    }

    private static boolean isBodiless(FieldSection section) {
        return !section.chunked() && section.contentLength() <= 0;
    }

    private static void requireKey(@Nullable CharSequence key) {
        if (key == null || !WebSocket.isKey(key)) {
            throw new BadMessage(Violation.WEB_SOCKET, "Sec-WebSocket-Key");
        }
    }

    private static String authority(RequestLine line, FieldSection section) {
        AsciiString host = section.host();
        String target = line.authority();
        if (host == null && line.version() == Version.HTTP_1_1) {
            throw new BadMessage(Violation.HOST, "no Host");
        }
        return host == null && target == null ? "" : RequestAuthority.of(host, target);
    }

    boolean webSocket() {
        return WebSocket.isAsked(head);
    }

    Request request() {
        return new Request(head, contentLength != 0 || webSocket());
    }

    Framing framing() {
        return contentLength < 0 ? Framing.CHUNKED : Framing.fixed(contentLength);
    }
}
