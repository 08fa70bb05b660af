package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.net.WebSocketExample;

/// What callers of tokyo's bridge are told of one failure, whatever form their call has.
///
/// @param status the answer's in HTTP
/// @param proxyError the type of RFC 9209
/// @param grpcStatus what gRPC callers get, with the HTTP status 200
record ToldProblem(int status, String proxyError, int grpcStatus) {
    /// A request in HTTP/1.1.
    ///
    /// @param more lines of its head
    static String post(String more) {
        return "POST / HTTP/1.1\r\nHost: a\r\n" + more + "Content-Length: 3\r\n\r\nabc";
    }

    /// To a request or to the opening of a WebSocket.
    void requireInHttp11(Talk.Answer answer) {
        assertEquals(status, answer.status(), answer::body);
        requireProxyStatus(answer.head().field("Proxy-Status"));
        assertEquals("application/problem+json", answer.head().field("Content-Type"));
        assertEquals(status == 503, !answer.head().field("Retry-After").isEmpty());
    }

    void requireInHttp2(Http2Caller.Told told) {
        assertEquals(status, told.status(), told.body());
        requireProxyStatus(told.head().get("proxy-status"));
        assertEquals("application/problem+json", told.head().get("content-type"));
        assertTrue(told.body().contains("\"status\":" + status), told.body());
        assertEquals(status == 503, told.head().contains("retry-after"));
    }

    void requireInGrpc(Http2Caller.Told told) {
        assertEquals(200, told.status());
        assertEquals(String.valueOf(grpcStatus), told.head().get("grpc-status"), told::toString);
        requireProxyStatus(told.head().get("proxy-status"));
        assertEquals("application/grpc", told.head().get("content-type"));
        assertNull(told.head().get("retry-after"));
        assertEquals("", told.body());
    }

    private void requireProxyStatus(String proxyStatus) {
        assertTrue(proxyStatus.startsWith("hikyaku-tokyo; error=" + proxyError), proxyStatus);
    }

    /// Makes a call in each form of HTTP, and opens a WebSocket.
    ///
    /// @param port where the service is imported
    void requireInEveryForm(Http2Caller caller, int port) throws Exception {
        try (Talk talk = Talk.with(port)) {
            requireInHttp11(talk.say(post("")).hearAnswer());
        }
        requireInHttp2(caller.post(port, Http2Caller.PLAIN));
        requireInGrpc(caller.post(port, Http2Caller.GRPC));
        try (Talk talk = Talk.with(port)) {
            requireInHttp11(talk.say(WebSocketExample.opening("/", "a")).hearAnswer());
        }
    }
}
