package io.hikyaku.call.exchange;

import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.List;

/// Fields that a bridge treats in some way; all others pass as they are.
public enum FieldKind {
    ORDINARY,
    HOST("host"),
    CONTENT_LENGTH("content-length"),
    TRANSFER_ENCODING("transfer-encoding"),
    CONNECTION("connection"),
    TE("te"),
    EXPECT("expect"),
    /// Ends at each hop, unless it asks for a WebSocket.
    UPGRADE("upgrade"),
    /// Ends at each hop (RFC 9110 §7.6.1).
    HOP_BY_HOP(
            "keep-alive",
            "http2-settings",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-authentication-info"),
    /// Passes, and a `Connection` field may not name it away: identity, forwarding, trace.
    PROTECTED(
            "authorization",
            "baggage",
            "content-type",
            "cookie",
            "forwarded",
            "idempotency-key",
            "traceparent",
            "tracestate",
            "trailer",
            "via",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto");

    private static final Known[][] BY_LENGTH = byLength();

    private final List<String> names;

    FieldKind(String... names) {
        this.names = List.of(names);
    }

    private record Known(AsciiString name, FieldKind kind) {}

    /// What the field of this name is; case does not matter.
    public static FieldKind of(CharSequence name) {
        int length = name.length();
        if (length < BY_LENGTH.length) {
            for (Known known : BY_LENGTH[length]) {
                if (known.name.contentEqualsIgnoreCase(name)) {
                    return known.kind;
                }
            }
        }
        return ORDINARY;
    }

    private static Known[][] byLength() {
        Known[][] byLength = new Known[32][];
        for (int length = 0; length < byLength.length; length++) {
            int wanted = length;
            byLength[length] = Arrays.stream(values())
                    .flatMap(kind -> kind.names.stream()
                            .filter(name -> name.length() == wanted)
                            .map(name -> new Known(AsciiString.cached(name), kind)))
                    .toArray(Known[]::new);
        }
        return byLength;
    }
}
