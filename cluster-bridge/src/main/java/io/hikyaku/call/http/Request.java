package io.hikyaku.call.http;

import io.hikyaku.call.http.field.WebSocket;
import io.hikyaku.wire.call.GrpcType;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import java.util.Set;

/// A request as a listener has read it.
///
/// @param head as it goes to the exporter
/// @param hasBody whether bytes or trailers may follow
public record Request(RequestHead head, boolean hasBody) {
    /// RFC 9110 §9.2.2, without TRACE, which is not carried.
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS");

    /// Whether it is a gRPC call.
    public boolean isGrpc() {
        return isGrpc(head);
    }

    /// Whether it is the head of a gRPC call.
    public static boolean isGrpc(RequestHead head) {
        CharSequence contentType = head.fields().get(GrpcType.CONTENT_TYPE);
        return contentType != null && GrpcType.matches(contentType);
    }

    /// Whether the effect of the request sent twice is that of the request sent once.
    public boolean isIdempotent() {
        return isIdempotent(head);
    }

    /// Whether the effect of a request with this head is the same if it is sent twice (RFC 9110 §9.2.2).
    public static boolean isIdempotent(RequestHead head) {
        return IDEMPOTENT.contains(head.method());
    }

    /// Whether requests with this method are passed on. Not CONNECT, which is for proxies; nor TRACE, which makes
    /// servers show what they were sent (including fields that we add); nor PRI, which is not a request at all
    /// (RFC 9113 §11.6). The first two in any case, since some servers do not care about case.
    public static boolean isCarried(String method) {
        return !method.equalsIgnoreCase("CONNECT") && !method.equalsIgnoreCase("TRACE") && !method.equals("PRI");
    }

    /// Whether it asks for a WebSocket.
    public boolean isWebSocket() {
        return WebSocket.isAsked(head);
    }

    public boolean isHead() {
        return head.method().equals("HEAD");
    }
}
