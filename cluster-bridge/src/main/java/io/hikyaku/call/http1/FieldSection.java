package io.hikyaku.call.http1;

import io.hikyaku.call.Violation;
import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.call.http.field.FieldKind;
import io.hikyaku.call.http.field.Grammar;
import io.hikyaku.call.http.field.HeaderSection;
import io.hikyaku.call.http.field.WebSocket;
import io.hikyaku.wire.call.Fields;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The field lines of a head or of trailers, and what those that concern this hop say (RFC 9112 §5–7, §9). Fields that
/// end at this hop are left out; of the framing fields the one that applies stays, because it tells the other bridge
/// how the body was framed.
public final class FieldSection {
    private static final AsciiString CHUNKED = AsciiString.cached("chunked");
    private static final AsciiString TRAILERS = AsciiString.cached("trailers");
    private static final AsciiString CLOSE = AsciiString.cached("close");
    private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");

    private final HeaderSection section = new HeaderSection();
    private @Nullable List<AsciiString> named;
    private boolean chunked;
    private boolean takesTrailers;
    private boolean close;
    private boolean keepAlive;
    private boolean upgradeNamed;
    private @Nullable AsciiString upgrade;

    private FieldSection() {}

    /// Reads lines up to the empty one at the end, the only empty one: a line that begins with a CR is malformed.
    ///
    /// @param bytes stay with the fields, which are views of them
    /// @throws BadMessage if anything in them is not as it must be
    public static FieldSection read(byte[] bytes, int from, int to) {
        FieldSection read = new FieldSection();
        int at = from;
        for (int count = 1; at < to - 2; count++) {
            HeaderSection.requireCount(count);
            int end = endOfLine(bytes, at, to);
            read.readLine(bytes, at, end);
            at = end + 2;
        }
        if (read.chunked && read.contentLength() >= 0) {
            throw new BadMessage(Violation.FRAMING, "Content-Length and Transfer-Encoding");
        }
        return read;
    }

    /// Reads trailers: fields that are not allowed there are left out (RFC 9110 §6.5.1).
    static Fields readTrailers(byte[] bytes, int from, int to) {
        Fields.Builder trailers = new Fields.Builder();
        int at = from;
        for (int count = 0; at < to - 2; count++) {
            if (count == HeaderSection.MAX_FIELDS) {
                throw new BadMessage(Violation.TRAILER_SIZE, "more than " + count + " trailers");
            }
            int end = endOfLine(bytes, at, to);
            AsciiString name = nameOf(bytes, at, end);
            AsciiString value = valueOf(bytes, at + name.length() + 1, end);
            if (FieldKind.isTrailer(name)) {
                trailers.add(name, value);
            }
            at = end + 2;
        }
        return trailers.build();
    }

    public Fields fields() {
        List<AsciiString> away = named;
        return away == null
                ? section.fields()
                : section.fields().without(name -> away.stream().anyMatch(gone -> gone.contentEqualsIgnoreCase(name)));
    }

    /// Null: there was none.
    @Nullable
    public AsciiString host() {
        return section.host();
    }

    /// −1: there was none.
    public long contentLength() {
        return section.contentLength();
    }

    public boolean chunked() {
        return chunked;
    }

    /// `Connection: close`
    public boolean close() {
        return close;
    }

    /// `Connection: keep-alive`
    public boolean keepAlive() {
        return keepAlive;
    }

    /// Lets the WebSocket that it asks for, or agrees to, pass this hop.
    public void passWebSocket() {
        section.passWebSocket();
    }

    /// Whether it asks for, or agrees to, a WebSocket (RFC 6455 §4.1).
    public boolean webSocket() {
        AsciiString value = upgrade;
        return upgradeNamed && value != null && WebSocket.PROTOCOL.contentEqualsIgnoreCase(value);
    }

    private static int endOfLine(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] != '\r') {
            at++;
        }
        if (at + 1 >= to || bytes[at + 1] != '\n') {
            throw new BadMessage(Violation.LINE_END, "bare CR");
        }
        return at;
    }

    private static AsciiString nameOf(byte[] bytes, int from, int end) {
        int colon = Grammar.endOfToken(bytes, from, end);
        if (colon == from || colon == end || bytes[colon] != ':') {
            boolean folded = Grammar.isBlank(bytes[from]);
            throw new BadMessage(
                    folded ? Violation.FOLDED_LINE : Violation.FIELD_NAME, "no field name where one must be");
        }
        return new AsciiString(bytes, from, colon - from, false);
    }

    private static AsciiString valueOf(byte[] bytes, int from, int end) {
        int first = from;
        int last = end;
        while (first < last && Grammar.isBlank(bytes[first])) {
            first++;
        }
        while (last > first && Grammar.isBlank(bytes[last - 1])) {
            last--;
        }
        if (!Grammar.isValue(bytes, first, last)) {
            throw new BadMessage(Violation.FIELD_VALUE, "control character in a field value");
        }
        return new AsciiString(bytes, first, last - first, false);
    }

    private void readLine(byte[] bytes, int from, int end) {
        AsciiString name = nameOf(bytes, from, end);
        AsciiString value = valueOf(bytes, from + name.length() + 1, end);
        FieldKind kind = FieldKind.of(name);
        switch (kind) {
            case TRANSFER_ENCODING -> onTransferEncoding(kind, name, value);
            case CONNECTION -> onConnection(value);
            case TE -> onTe(kind, name, value);
            case UPGRADE -> upgrade = upgrade == null ? value : AsciiString.EMPTY_STRING;
            case HOP_BY_HOP -> {}
            case HOST, CONTENT_LENGTH, EXPECT, DISGUISED, ORDINARY, PROTECTED, FORWARDING ->
                section.add(kind, name, value);
        }
    }

    private void onTransferEncoding(FieldKind kind, AsciiString name, AsciiString value) {
        if (chunked) {
            throw new BadMessage(Violation.TRANSFER_CODING, "more than one Transfer-Encoding");
        }
        if (!CHUNKED.contentEqualsIgnoreCase(value)) {
            boolean other = Grammar.isToken(value);
            throw new BadMessage(
                    other ? Violation.UNKNOWN_TRANSFER_CODING : Violation.TRANSFER_CODING, "Transfer-Encoding");
        }
        chunked = true;
        section.add(kind, name, CHUNKED); // in lower case: not every service compares it as RFC 9112 §7 says
    }

    /// Of what a caller accepts besides chunks, trailers are all that both bridges can carry.
    private void onTe(FieldKind kind, AsciiString name, AsciiString value) {
        for (AsciiString part : value.split(',')) {
            if (!takesTrailers && TRAILERS.contentEqualsIgnoreCase(part.trim())) {
                takesTrailers = true;
                section.add(kind, name, TRAILERS);
            }
        }
    }

    private void onConnection(AsciiString value) {
        for (AsciiString part : value.split(',')) {
            AsciiString option = part.trim();
            if (CLOSE.contentEqualsIgnoreCase(option)) {
                close = true;
            } else if (KEEP_ALIVE.contentEqualsIgnoreCase(option)) {
                keepAlive = true;
            } else if (!option.isEmpty()) {
                onNamed(option);
            }
        }
    }

    private void onNamed(AsciiString name) {
        switch (FieldKind.of(name)) {
            case ORDINARY -> {
                List<AsciiString> names = named == null ? new ArrayList<>(2) : named;
                names.add(name);
                named = names;
            }
            case UPGRADE -> upgradeNamed = true;
            case TE, HOP_BY_HOP, CONNECTION -> {}
            case HOST, CONTENT_LENGTH, TRANSFER_ENCODING, EXPECT, PROTECTED, FORWARDING, DISGUISED ->
                throw new BadMessage(Violation.PROTECTED_FIELD, "Connection names a protected field");
        }
    }
}
