package io.hikyaku.call.http2;

import io.hikyaku.call.Violation;
import io.hikyaku.call.http.BadMessage;
import io.hikyaku.call.http.FieldKind;
import io.hikyaku.call.http.Grammar;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.call.Fields;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The fields of an HTTP/2 head or trailers, without pseudo-header fields, held to RFC 9113 §8.2 whatever the codec
/// below has let pass.
public final class Http2Fields {
    /// Leaves room for what the bridges add.
    private static final int MAX_FIELDS = Fields.MAX_COUNT - 24;
    /// What each field counts besides its bytes.
    private static final int FIELD_OVERHEAD = 32;

    private static final AsciiString TRAILERS = AsciiString.cached("trailers");
    private static final AsciiString CONTINUE = AsciiString.cached("100-continue");
    private static final List<AsciiString> CONNECTION_SPECIFIC = List.of(
            AsciiString.cached("connection"),
            AsciiString.cached("keep-alive"),
            AsciiString.cached("proxy-connection"),
            AsciiString.cached("transfer-encoding"),
            AsciiString.cached("upgrade"));

    private final Fields fields = new Fields();
    private @Nullable AsciiString host;
    private long contentLength = -1;

    private Http2Fields() {}

    /// @throws BadMessage if anything in them is not as it must be
    public static Http2Fields read(Http2Headers headers) {
        Http2Fields section = new Http2Fields();
        int count = 0;
        for (Map.Entry<CharSequence, CharSequence> header : headers) {
            AsciiString name = AsciiString.of(header.getKey());
            if (!isPseudo(name)) {
                count++;
                requireCount(count);
                section.readField(name, AsciiString.of(header.getValue()));
            }
        }
        return section;
    }

    /// Reads trailers: fields that may not stand there are left out (RFC 9110 §6.5.1).
    ///
    /// @throws BadMessage if anything in them is not as it must be
    public static Fields readTrailers(Http2Headers headers) {
        Fields trailers = new Fields();
        for (Map.Entry<CharSequence, CharSequence> header : headers) {
            AsciiString name = AsciiString.of(header.getKey());
            AsciiString value = AsciiString.of(header.getValue());
            if (isPseudo(name)) {
                throw new BadMessage(Violation.PSEUDO_HEADER, "pseudo-header field in trailers");
            }
            requireField(name, value);
            if (FieldKind.isTrailer(name)) {
                trailers.add(name, value);
                requireCount(trailers.size());
            }
        }
        return trailers;
    }

    public Fields fields() {
        return fields;
    }

    /// Null: there was none.
    @Nullable
    public AsciiString host() {
        return host;
    }

    /// −1: there was none.
    public long contentLength() {
        return contentLength;
    }

    /// Appends names and values in turn for a message of HTTP/2: names in lower case, without what means something
    /// to HTTP/1 alone.
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
        if (!Grammar.isToken(name) || !Grammar.isValue(value)) {
            throw new Malformed(Reason.INVALID_VALUE, "field");
        }
        to.add(name.toLowerCase());
        to.add(value);
    }

    private static boolean isPseudo(AsciiString name) {
        return !name.isEmpty() && name.byteAt(0) == ':';
    }

    private static void requireCount(int count) {
        if (count > MAX_FIELDS) {
            throw new BadMessage(Violation.HEAD_SIZE, "more than " + MAX_FIELDS + " fields");
        }
    }

    /// RFC 9113 §8.2.1, and no control characters at all.
    private static void requireField(AsciiString name, AsciiString value) {
        if (!Grammar.isLowerCaseToken(name)) {
            throw new BadMessage(Violation.FIELD_NAME, "field name");
        }
        boolean blankAtAnEnd =
                !value.isEmpty() && (isBlank(value.byteAt(0)) || isBlank(value.byteAt(value.length() - 1)));
        if (!Grammar.isValue(value) || blankAtAnEnd) {
            throw new BadMessage(Violation.FIELD_VALUE, "field value");
        }
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    private void readField(AsciiString name, AsciiString value) {
        requireField(name, value);
        switch (FieldKind.of(name)) {
            case HOST -> onHost(value);
            case CONTENT_LENGTH -> onContentLength(name, value);
            case EXPECT -> onExpect(name, value);
            case TE -> onTe(name, value);
            case TRANSFER_ENCODING, CONNECTION, UPGRADE, HOP_BY_HOP -> {
                if (CONNECTION_SPECIFIC.contains(name)) {
                    throw new BadMessage(Violation.CONNECTION_FIELD, "connection-specific field");
                }
            }
            case DISGUISED -> throw new BadMessage(Violation.FIELD_NAME, "a framing field's name with underscores");
            case ORDINARY, PROTECTED, FORWARDING -> fields.add(name, value);
        }
    }

    private void onHost(AsciiString value) {
        if (host != null) {
            throw new BadMessage(Violation.HOST, "more than one Host");
        }
        host = value;
    }

    private void onContentLength(AsciiString name, AsciiString value) {
        if (contentLength >= 0 || !Grammar.isLength(value)) {
            throw new BadMessage(Violation.CONTENT_LENGTH, "Content-Length");
        }
        contentLength = value.parseLong();
        fields.add(name, value);
    }

    private void onTe(AsciiString name, AsciiString value) {
        if (!TRAILERS.contentEqualsIgnoreCase(value)) {
            throw new BadMessage(Violation.CONNECTION_FIELD, "TE");
        }
        fields.add(name, value);
    }

    private void onExpect(AsciiString name, AsciiString value) {
        if (!CONTINUE.contentEqualsIgnoreCase(value)) {
            throw new BadMessage(Violation.EXPECTATION, "Expect");
        }
        fields.add(name, value);
    }
}
