package io.hikyaku.call.http1;

import io.hikyaku.call.http.field.FieldKind;
import io.hikyaku.call.http.field.Grammar;
import io.hikyaku.call.http.field.WebSocket;
import io.hikyaku.call.http.field.WellFormed;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.hikyaku.wire.call.HttpFrame.Version;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes HTTP/1.1 heads from their structure, as far as they are [WellFormed].
public final class HeadWriter {
    private static final AsciiString COOKIE = AsciiString.cached("cookie");
    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] COLON = {':', ' '};
    private static final byte[] REQUEST_END = ascii(" HTTP/1.1\r\n");
    private static final byte[] HOST = ascii("Host: ");
    private static final byte[] STATUS_START = ascii("HTTP/1.1 ");
    private static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n");
    private static final byte[] CONNECTION_CLOSE = ascii("Connection: close\r\n");
    private static final byte[] CONNECTION_KEEP_ALIVE = ascii("Connection: keep-alive\r\n");
    private static final byte[] UPGRADE_TO_WEB_SOCKET = ascii("Upgrade: websocket\r\nConnection: Upgrade\r\n");
    private static final byte[] CONNECTION_TE = ascii("Connection: TE\r\n");

    private HeadWriter() {}

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /// Writes a request for a target.
    ///
    /// @param authority for `Host`
    /// @return how its body is to be written
    /// @throws Malformed if it holds what may not be sent
    public static Framing writeRequest(ByteBuf out, RequestHead head, String authority) {
        AsciiString method = AsciiString.of(head.method());
        AsciiString path = AsciiString.of(head.path());
        AsciiString host = AsciiString.of(authority);
        WellFormed.require(Grammar.isToken(method), "method");
        WellFormed.requirePath(path);
        WellFormed.require(host.isEmpty() || Grammar.isHost(host), "authority");
        write(out, method).writeByte(' ');
        write(out, path).writeBytes(REQUEST_END).writeBytes(HOST);
        write(out, host).writeBytes(CRLF);
        Fields fields = head.version() == Version.HTTP_2 ? withOneCookie(head.fields()) : head.fields();
        Framing framing = writeFields(out, fields, true, true);
        out.writeBytes(CRLF);
        return framing == null ? Framing.NONE : framing;
    }

    /// HTTP/2 may part `Cookie` into fields, which are one again for HTTP/1.1 (RFC 9113 §8.2.3).
    private static Fields withOneCookie(Fields fields) {
        List<CharSequence> cookies = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            if (COOKIE.contentEqualsIgnoreCase(fields.name(i))) {
                cookies.add(fields.value(i));
            }
        }
        if (cookies.size() < 2) {
            return fields;
        }
        Fields.Builder joined = new Fields.Builder();
        boolean written = false;
        for (int i = 0; i < fields.size(); i++) {
            boolean cookie = COOKIE.contentEqualsIgnoreCase(fields.name(i));
            if (!cookie) {
                joined.add(fields.name(i), fields.value(i));
            } else if (!written) {
                joined.add(fields.name(i), AsciiString.of(String.join("; ", cookies)));
                written = true;
            }
        }
        return joined.build();
    }

    /// How a caller's connection is to continue, and what the caller understands.
    ///
    /// @param toHead whether the request was HEAD
    public record ToCaller(Version version, boolean toHead, boolean keepAlive) {}

    /// Writes a final response for a caller.
    ///
    /// @return how its body is to be written; [Framing#UNTIL_CLOSE] ends the connection whatever was asked
    /// @throws Malformed if it holds what may not be sent
    public static Framing writeResponse(ByteBuf out, ResponseHead head, ToCaller caller) {
        writeStatusLine(out, head);
        int status = head.status();
        boolean bodiless = caller.toHead || status == 204 || status == 304;
        boolean chunks = caller.version == Version.HTTP_1_1;
        Framing said = writeFields(out, head.fields(), status != 204, chunks && status != 204);
        Framing framing = said == null || said.kind() == Framing.Kind.CHUNKED && !chunks ? Framing.UNTIL_CLOSE : said;
        if (bodiless) {
            framing = Framing.NONE;
        } else if (said == null && chunks) {
            out.writeBytes(CHUNKED);
            framing = Framing.CHUNKED;
        }
        boolean close = !caller.keepAlive || framing.kind() == Framing.Kind.UNTIL_CLOSE;
        if (close) {
            out.writeBytes(CONNECTION_CLOSE);
        } else if (!chunks) {
            out.writeBytes(CONNECTION_KEEP_ALIVE);
        }
        out.writeBytes(CRLF);
        return framing;
    }

    /// Writes an interim response.
    ///
    /// @throws Malformed if it holds what may not be sent
    public static void writeInterim(ByteBuf out, ResponseHead head) {
        WellFormed.require(head.status() != 101, "switch of protocols that nobody asked for");
        writeStatusLine(out, head);
        writeFields(out, head.fields(), false, false);
        out.writeBytes(CRLF);
    }

    /// Writes the response that opens a WebSocket.
    ///
    /// @param key the caller's
    /// @throws Malformed if it holds what may not be sent
    public static void writeSwitch(ByteBuf out, ResponseHead head, CharSequence key) {
        Fields fields = head.fields().toBuilder()
                .set(WebSocket.ACCEPT, WebSocket.accept(key))
                .set(WebSocket.UPGRADE, WebSocket.PROTOCOL)
                .build();
        writeStatusLine(out, head);
        writeFields(out, fields, false, false);
        out.writeBytes(CRLF);
    }

    /// @throws Malformed if one may not be sent
    static void writeTrailers(ByteBuf out, Fields trailers) {
        for (int i = 0; i < trailers.size(); i++) {
            if (FieldKind.isTrailer(trailers.name(i))) {
                writeField(out, trailers.name(i), trailers.value(i));
            }
        }
    }

    private static void writeStatusLine(ByteBuf out, ResponseHead head) {
        AsciiString reason = AsciiString.of(head.reason());
        WellFormed.require(Grammar.isValue(reason), "reason phrase");
        int status = head.status();
        out.writeBytes(STATUS_START)
                .writeByte('0' + status / 100)
                .writeByte('0' + status / 10 % 10)
                .writeByte('0' + status % 10)
                .writeByte(' ');
        write(out, reason).writeBytes(CRLF);
    }

    /// Writes the fields.
    ///
    /// @param withLength whether `Content-Length` is among them
    /// @param withCoding whether `Transfer-Encoding` is among them
    /// @return the framing that they say, null if they say none
    private static @Nullable Framing writeFields(ByteBuf out, Fields fields, boolean withLength, boolean withCoding) {
        Framing framing = null;
        for (int i = 0; i < fields.size(); i++) {
            CharSequence name = fields.name(i);
            CharSequence value = fields.value(i);
            switch (FieldKind.of(name)) {
                case ORDINARY, PROTECTED, FORWARDING, EXPECT -> writeField(out, name, value);
                case CONTENT_LENGTH, TRANSFER_ENCODING -> {
                    WellFormed.require(framing == null, "two framings");
                    framing = framing(name, value);
                    if (framing.kind() == Framing.Kind.CHUNKED ? withCoding : withLength) {
                        writeField(out, name, value);
                    }
                }
                case TE -> {
                    WellFormed.require(AsciiString.contentEqualsIgnoreCase("trailers", value), "TE");
                    writeField(out, name, value);
                    out.writeBytes(CONNECTION_TE);
                }
                case UPGRADE -> {
                    if (WebSocket.PROTOCOL.contentEqualsIgnoreCase(value)) {
                        out.writeBytes(UPGRADE_TO_WEB_SOCKET);
                    }
                }
                case DISGUISED -> WellFormed.require(false, "a framing field's name with underscores");
                case HOST, CONNECTION, HOP_BY_HOP -> {}
            }
        }
        return framing;
    }

    private static Framing framing(CharSequence name, CharSequence value) {
        if (FieldKind.of(name) == FieldKind.CONTENT_LENGTH) {
            return Framing.fixed(WellFormed.length(value));
        }
        WellFormed.require(AsciiString.contentEqualsIgnoreCase("chunked", value), "Transfer-Encoding");
        return Framing.CHUNKED;
    }

    private static void writeField(ByteBuf out, CharSequence name, CharSequence value) {
        AsciiString nameBytes = AsciiString.of(name);
        AsciiString valueBytes = AsciiString.of(value);
        WellFormed.requireField(nameBytes, valueBytes);
        write(out, nameBytes).writeBytes(COLON);
        write(out, valueBytes).writeBytes(CRLF);
    }

    private static ByteBuf write(ByteBuf out, AsciiString text) {
        return out.writeBytes(text.array(), text.arrayOffset(), text.length());
    }
}
