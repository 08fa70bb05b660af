package io.hikyaku.call.observe.log;

import io.hikyaku.call.observe.CallSpan;
import io.hikyaku.call.observe.Observation;
import io.hikyaku.call.observe.RequestIds;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.Workload;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/// A call as the access log shows it. Made on the event loop from the values it needs, so that a waiting line holds
/// neither a head nor its buffers, and no more of a caller's text than the cap.
///
/// @param call once it has finished
/// @param endMillis when that was, since 1970
/// @param path with or without the query, as configured; null if it has none
record AccessLine(
        Observation call,
        long endMillis,
        @Nullable String method,
        @Nullable String host,
        @Nullable String path,
        @Nullable String requestId) {
    static final int MAX_METHOD = 64;
    static final int MAX_HOST = 256;
    static final int MAX_PATH = 1024;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final char[] HEX = "0123456789abcdef".toCharArray();
    private static final String CUT = "…";

    static AccessLine of(Observation call, long endMillis, boolean withQuery) {
        RequestHead head = call.head();
        String id = cut(call.requestId().toString(), RequestIds.MAX_CHARACTERS);
        if (head == null) {
            return new AccessLine(call, endMillis, null, null, null, id.isEmpty() ? null : id);
        }
        return new AccessLine(
                call,
                endMillis,
                cut(head.method(), MAX_METHOD),
                cut(head.authority(), MAX_HOST),
                cut(withQuery ? head.path() : withoutQuery(head.path()), MAX_PATH),
                id.isEmpty() ? null : id);
    }

    private static String withoutQuery(String path) {
        int query = path.indexOf('?');
        return query < 0 ? path : path.substring(0, query);
    }

    private static String cut(String text, int max) {
        return text.length() <= max ? text : text.substring(0, max - 1) + CUT;
    }

    /// Appends the line with its end, in ASCII. Keys come in this order, always all of them.
    void write(StringBuilder out) {
        CallSpan span = call.span();
        out.append("{\"time\":\"");
        long micros = endMillis * 1000 - call.durationNanos() / 1000;
        TIME.formatTo(
                Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000),
                out);
        out.append('"');
        text(out, "side", call.side().toString());
        text(out, "service", call.service());
        text(out, "protocol", call.protocol());
        text(out, "peer", call.peer());
        caller(out, call.caller());
        text(out, "method", method);
        text(out, "host", host);
        text(out, "path", path);
        number(out, "status", call.status(), call.status() > 0);
        number(out, "grpcStatus", call.grpcStatus(), call.grpcStatus() >= 0);
        text(out, "outcome", call.outcome());
        number(out, "requestBytes", call.requestBytes(), true);
        number(out, "responseBytes", call.responseBytes(), true);
        millis(out, "firstByteMs", call.firstByteNanos());
        millis(out, "durationMs", call.durationNanos());
        number(out, "attempts", call.attempts(), true);
        text(out, "requestId", requestId);
        text(out, "traceId", span == null ? null : span.traceId());
        text(out, "spanId", span == null ? null : span.spanId());
        out.append("}\n");
    }

    private static void caller(StringBuilder out, @Nullable Workload caller) {
        text(out, "callerNamespace", caller == null ? null : caller.namespace());
        text(out, "callerServiceAccount", caller == null ? null : known(caller.serviceAccount()));
        text(out, "callerPod", caller == null ? null : known(caller.pod()));
    }

    private static @Nullable String known(String name) {
        return name.isEmpty() ? null : name;
    }

    private static void number(StringBuilder out, String key, long value, boolean known) {
        key(out, key);
        if (known) {
            out.append(value);
        } else {
            out.append("null");
        }
    }

    /// In milliseconds with three places, whatever the locale.
    private static void millis(StringBuilder out, String key, long nanos) {
        key(out, key);
        if (nanos < 0) {
            out.append("null");
            return;
        }
        long micros = nanos / 1000;
        out.append(micros / 1000).append('.');
        out.append((char) ('0' + micros / 100 % 10));
        out.append((char) ('0' + micros / 10 % 10));
        out.append((char) ('0' + micros % 10));
    }

    private static void text(StringBuilder out, String key, @Nullable String value) {
        key(out, key);
        if (value == null) {
            out.append("null");
            return;
        }
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            escape(out, value.charAt(i));
        }
        out.append('"');
    }

    private static void key(StringBuilder out, String key) {
        out.append(",\"").append(key).append("\":");
    }

    /// Everything but printable ASCII, so that nothing forges lines or steers a terminal.
    private static void escape(StringBuilder out, char c) {
        if (c == '"' || c == '\\') {
            out.append('\\').append(c);
        } else if (c >= ' ' && c < 0x7f) {
            out.append(c);
        } else {
            out.append("\\u");
            for (int shift = 12; shift >= 0; shift -= 4) {
                out.append(HEX[c >> shift & 15]);
            }
        }
    }
}
