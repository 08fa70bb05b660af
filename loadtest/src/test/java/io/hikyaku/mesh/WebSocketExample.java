package io.hikyaku.mesh;

/// The opening handshake of a WebSocket, with the example of RFC 6455 §1.3.
final class WebSocketExample {
    /// The answer of a service that opens it.
    static final String OPENED = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

    private static final String OPENING = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private WebSocketExample() {}

    /// A caller's head.
    ///
    /// @param more lines of it
    static String opening(String more) {
        return OPENING + more + "\r\n";
    }
}
