package io.hikyaku.call.http2;

import io.hikyaku.call.Violation;
import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.call.http.field.FieldKind;
import io.hikyaku.call.http.field.Grammar;
import io.hikyaku.call.http.field.HeaderSection;
import io.hikyaku.call.http.field.WellFormed;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.call.Fields;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;

/// The fields of an HTTP/2 head or trailers, without pseudo-header fields, checked against RFC 9113 §8.2 whatever the
/// codec below has let pass.
public final class Http2Fields {
    /// What each field counts besides its bytes.
    private static final int FIELD_OVERHEAD = 32;

    private static final AsciiString TRAILERS = AsciiString.cached("trailers");
    private static final List<AsciiString> CONNECTION_SPECIFIC = List.of(
            AsciiString.cached("connection"),
            AsciiString.cached("keep-alive"),
            AsciiString.cached("proxy-connection"),
            AsciiString.cached("transfer-encoding"),
            AsciiString.cached("upgrade"));

    private Http2Fields() {}

    /// @throws BadMessage if anything in them is not as it must be
    public static HeaderSection read(Http2Headers headers) {
        HeaderSection section = new HeaderSection();
        int count = 0;
        for (Map.Entry<CharSequence, CharSequence> header : headers) {
            AsciiString name = AsciiString.of(header.getKey());
            if (!isPseudo(name)) {
                count++;
                HeaderSection.requireCount(count);
                readField(name, AsciiString.of(header.getValue()), section);
            }
        }
        return section;
    }

    /// Reads trailers: fields that are not allowed there are left out (RFC 9110 §6.5.1).
    ///
    /// @throws BadMessage if anything in them is not as it must be
    public static Fields readTrailers(Http2Headers headers) {
        Fields.Builder trailers = new Fields.Builder();
        int count = 0;
        for (Map.Entry<CharSequence, CharSequence> header : headers) {
            AsciiString name = AsciiString.of(header.getKey());
            AsciiString value = AsciiString.of(header.getValue());
            if (isPseudo(name)) {
                throw new BadMessage(Violation.PSEUDO_HEADER, "pseudo-header field in trailers");
            }
            requireField(name, value);
            if (FieldKind.isTrailer(name)) {
                count++;
                HeaderSection.requireCount(count);
                trailers.add(name, value);
            }
        }
        return trailers.build();
    }

    /// Appends names and values in turn for a message of HTTP/2: names in lower case, without fields that only mean
    /// something to HTTP/1.
    ///
    /// @throws Malformed if a field may not be sent
    public static void write(Fields fields, List<AsciiString> to) {
        for (int i = 0; i < fields.size(); i++) {
            AsciiString name = AsciiString.of(fields.name(i));
            switch (FieldKind.of(name)) {
                case ORDINARY, PROTECTED, FORWARDING, EXPECT, CONTENT_LENGTH -> writeField(name, fields.value(i), to);
                case TE -> writeField(name, TRAILERS, to);
                case HOST, TRANSFER_ENCODING, CONNECTION, UPGRADE, HOP_BY_HOP, DISGUISED -> {}
            }
        }
    }

    /// Appends trailers: names and values in turn.
    ///
    /// @throws Malformed if a field may not be sent
    public static void writeTrailers(Fields trailers, List<AsciiString> to) {
        for (int i = 0; i < trailers.size(); i++) {
            AsciiString name = AsciiString.of(trailers.name(i));
            if (FieldKind.isTrailer(name)) {
                writeField(name, trailers.value(i), to);
            }
        }
    }

    /// Of a head or trailers, as SETTINGS_MAX_HEADER_LIST_SIZE counts it (RFC 9113 §6.5.2).
    public static long size(Http2Headers headers) {
        long size = 0;
        for (Map.Entry<CharSequence, CharSequence> header : headers) {
            size += header.getKey().length() + header.getValue().length() + FIELD_OVERHEAD;
        }
        return size;
    }

    private static void writeField(AsciiString name, CharSequence text, List<AsciiString> to) {
        AsciiString value = AsciiString.of(text);
        WellFormed.requireField(name, value);
        to.add(name.toLowerCase());
        to.add(value);
    }

    private static boolean isPseudo(AsciiString name) {
        return !name.isEmpty() && name.byteAt(0) == ':';
    }

    /// RFC 9113 §8.2.1, and no control characters at all.
    private static void requireField(AsciiString name, AsciiString value) {
        if (!Grammar.isLowerCaseToken(name)) {
            throw new BadMessage(Violation.FIELD_NAME, "field name");
        }
        boolean blankAtAnEnd = !value.isEmpty()
                && (Grammar.isBlank(value.byteAt(0)) || Grammar.isBlank(value.byteAt(value.length() - 1)));
        if (!Grammar.isValue(value) || blankAtAnEnd) {
            throw new BadMessage(Violation.FIELD_VALUE, "field value");
        }
    }

    private static void readField(AsciiString name, AsciiString value, HeaderSection to) {
        requireField(name, value);
        FieldKind kind = FieldKind.of(name);
        switch (kind) {
            case TE -> {
                if (!TRAILERS.contentEqualsIgnoreCase(value)) {
                    throw new BadMessage(Violation.CONNECTION_FIELD, "TE");
                }
                to.add(kind, name, value);
            }
            case TRANSFER_ENCODING, CONNECTION, UPGRADE, HOP_BY_HOP -> {
                if (CONNECTION_SPECIFIC.contains(name)) {
                    throw new BadMessage(Violation.CONNECTION_FIELD, "connection-specific field");
                }
            }
            case HOST, CONTENT_LENGTH, EXPECT, DISGUISED, ORDINARY, PROTECTED, FORWARDING -> to.add(kind, name, value);
        }
    }
}
