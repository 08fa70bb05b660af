package io.hikyaku.call.http.field;

import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.List;

/// Fields that a bridge treats specially; all others pass as they are.
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
    /// Passes, and a `Connection` field may not name it away: identity, trace.
    PROTECTED(
            "authorization",
            "baggage",
            "content-type",
            "cookie",
            "grpc-timeout",
            "idempotency-key",
            "traceparent",
            "tracestate",
            "trailer",
            "via",
            "x-request-id"),
    /// Says where a request comes from: believed from callers only where they are trusted. Besides these, all whose
    /// name begins with `x-forwarded-` or `x-envoy-`, and ours.
    FORWARDING("forwarded", "x-real-ip", "x_real_ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip"),
    /// A field that says where a message ends, for servers that do not distinguish `-` from `_`.
    DISGUISED("content_length", "transfer_encoding");

    /// What all our own fields begin with.
    static final AsciiString OWN_PREFIX = AsciiString.cached("x-hikyaku-");

    private static final AsciiString[] FORWARDING_PREFIXES = {
        AsciiString.cached("x-forwarded-"), AsciiString.cached("x-envoy-"), OWN_PREFIX
    };
    /// Fields that are about the routing, the content or the response as a whole have to be known before it
    /// (RFC 9110 §6.5.1).
    private static final List<AsciiString> NO_TRAILERS = cached(
            "age",
            "authentication-info",
            "cache-control",
            "content-encoding",
            "content-range",
            "date",
            "expires",
            "if-match",
            "if-modified-since",
            "if-none-match",
            "if-range",
            "if-unmodified-since",
            "location",
            "max-forwards",
            "pragma",
            "range",
            "retry-after",
            "set-cookie",
            "vary",
            "www-authenticate");

    private static final List<AsciiString> TRACE = cached("traceparent", "tracestate", "baggage");

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
        return isForwarding(name) ? FORWARDING : ORDINARY;
    }

    /// Whether a field of this name may be in trailers.
    public static boolean isTrailer(CharSequence name) {
        return of(name) == ORDINARY && NO_TRAILERS.stream().noneMatch(other -> other.contentEqualsIgnoreCase(name));
    }

    /// Whether the field says which trace a request belongs to, or travels with it.
    static boolean isTrace(CharSequence name) {
        return TRACE.stream().anyMatch(other -> other.contentEqualsIgnoreCase(name));
    }

    /// Whether the field is one of our own that nobody else may set. [Via#HIDDEN_NAME] is not: it says no more than
    /// `Via`, which anybody may set.
    public static boolean isOwn(CharSequence name) {
        return startsWith(name, OWN_PREFIX) && !Via.HIDDEN_NAME.contentEqualsIgnoreCase(name);
    }

    private static boolean isForwarding(CharSequence name) {
        if (name.length() < 2 || name.charAt(0) != 'x' && name.charAt(0) != 'X') {
            return false;
        }
        for (AsciiString prefix : FORWARDING_PREFIXES) {
            if (startsWith(name, prefix)) {
                return true;
            }
        }
        return false;
    }

    /// Ignores case and the difference between `-` and `_`, which some servers do not make.
    private static boolean startsWith(CharSequence name, AsciiString prefix) {
        if (name.length() < prefix.length()) {
            return false;
        }
        for (int at = 0; at < prefix.length(); at++) {
            char next = name.charAt(at) == '_' ? '-' : name.charAt(at);
            if (AsciiString.toLowerCase(next) != prefix.charAt(at)) {
                return false;
            }
        }
        return true;
    }

    private static List<AsciiString> cached(String... names) {
        return Arrays.stream(names).map(AsciiString::cached).toList();
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
