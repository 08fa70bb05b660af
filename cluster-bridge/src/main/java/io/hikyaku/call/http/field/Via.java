package io.hikyaku.call.http.field;

import io.hikyaku.wire.call.HttpFrame.Version;
import io.netty.util.AsciiString;

/// What this bridge adds to `Via` (RFC 9110 §7.6.3), by the version that a message came in.
public record Via(AsciiString http10, AsciiString http11, AsciiString http2) {
    /// Name of the field.
    public static final AsciiString NAME = AsciiString.cached("Via");

    /// Name of the field that holds the same for services that are not to see a `Via`. A service that sends a
    /// request on to a bridge sends this field on too, so that loops are still found.
    public static final AsciiString HIDDEN_NAME = AsciiString.cached("X-Hikyaku-Via");

    /// Whether a field of this name says which gateways a message has passed.
    static boolean isIn(CharSequence name) {
        return NAME.contentEqualsIgnoreCase(name) || HIDDEN_NAME.contentEqualsIgnoreCase(name);
    }

    public static Via of(String cluster) {
        return new Via(
                AsciiString.of("1.0 " + cluster), AsciiString.of("1.1 " + cluster), AsciiString.of("2.0 " + cluster));
    }

    public AsciiString value(Version version) {
        return switch (version) {
            case HTTP_1_0 -> http10;
            case HTTP_1_1 -> http11;
            case HTTP_2 -> http2;
        };
    }
}
