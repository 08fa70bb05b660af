package io.hikyaku.call.http2.client;

import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.call.http.field.FieldKind;
import io.hikyaku.call.http.field.Grammar;
import io.hikyaku.call.http.field.HeaderSection;
import io.hikyaku.call.http.field.WebSocket;
import io.hikyaku.call.http.field.WellFormed;
import io.hikyaku.call.http2.Http2Fields;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.hikyaku.wire.call.HttpFrame.Version;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;

/// The heads of messages with targets: requests as they are written, and responses as they are read (RFC 9113 §8.3).
final class TargetHeads {
    private static final AsciiString STATUS = AsciiString.cached(":status");
    private static final AsciiString PROTOCOL = AsciiString.cached(":protocol");
    private static final AsciiString CONNECT = AsciiString.cached("CONNECT");

    private TargetHeads() {}

    /// A response's head.
    ///
    /// @param contentLength −1: it says none
    record Response(ResponseHead head, long contentLength) {}

    /// A request that asks for a WebSocket becomes a CONNECT (RFC 8441 §4).
    ///
    /// @param scheme `http` or `https`
    /// @param authority of the target, or what its caller said
    /// @throws Malformed if the head holds what may not be sent
    static Http2Headers request(RequestHead head, AsciiString scheme, String authority) {
        AsciiString method = AsciiString.of(head.method());
        AsciiString path = AsciiString.of(head.path());
        AsciiString host = AsciiString.of(authority);
        WellFormed.require(Grammar.isToken(method) && !method.contentEquals("CONNECT"), "method");
        WellFormed.requirePath(path);
        WellFormed.require(Grammar.isHost(host), "authority");
        List<AsciiString> fields = new ArrayList<>(2 * head.fields().size() + 2);
        boolean webSocket = WebSocket.isAsked(head);
        if (webSocket) {
            fields.add(PROTOCOL); // a pseudo-header field, and so before all others
            fields.add(WebSocket.PROTOCOL);
        }
        Http2Fields.write(webSocket ? withoutHandshake(head.fields()) : head.fields(), fields);
        return ReadOnlyHttp2Headers.clientHeaders(
                false, webSocket ? CONNECT : method, path, scheme, host, fields.toArray(AsciiString[]::new));
    }

    /// Without what is only of use in HTTP/1.1, and without a length: what follows is not a body.
    private static Fields withoutHandshake(Fields fields) {
        return fields.without(
                name -> WebSocket.KEY.contentEqualsIgnoreCase(name) || FieldKind.of(name) == FieldKind.CONTENT_LENGTH);
    }

    /// How much body a request's fields promise (PROTOCOL.md §7.2).
    ///
    /// @return bytes, −1 if that is not known
    /// @throws Malformed if they contradict each other
    static long bodyLength(Fields fields) {
        boolean known = false;
        long length = 0;
        for (int i = 0; i < fields.size(); i++) {
            FieldKind kind = FieldKind.of(fields.name(i));
            if (kind == FieldKind.CONTENT_LENGTH || kind == FieldKind.TRANSFER_ENCODING) {
                WellFormed.require(!known, "two framings");
                known = true;
                length = kind == FieldKind.TRANSFER_ENCODING ? -1 : WellFormed.length(fields.value(i));
            }
        }
        return length;
    }

    /// @throws BadMessage if it is not as it must be
    static Response response(Http2Headers headers) {
        for (CharSequence name : headers.names()) {
            if (!name.isEmpty() && name.charAt(0) == ':' && !STATUS.contentEquals(name)) {
                throw BadMessage.badRequest("pseudo-header field in a response");
            }
        }
        if (headers.getAll(STATUS).size() != 1) {
            throw BadMessage.badRequest(":status");
        }
        int status = status(AsciiString.of(headers.status()));
        HeaderSection section = Http2Fields.read(headers);
        return new Response(new ResponseHead(Version.HTTP_2, status, "", section.fields()), section.contentLength());
    }

    private static int status(AsciiString text) {
        int status = 0;
        for (int at = 0; at < text.length() && at < 4; at++) {
            byte digit = text.byteAt(at);
            if (digit < '0' || digit > '9') {
                throw BadMessage.badRequest(":status");
            }
            status = 10 * status + digit - '0';
        }
        // RFC 9113 §8.6: there is no upgrade, and so no 101.
        if (text.length() != 3 || status < 100 || status == 101) {
            throw BadMessage.badRequest(":status");
        }
        return status;
    }
}
