package io.hikyaku.net;

/// The opening handshake of a WebSocket, with the example of RFC 6455 §1.3.
public final class WebSocketExample {
    public static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    public static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    /// What makes a GET ask for one.
    public static final String FIELDS = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + KEY
            + "\r\nSec-WebSocket-Version: 13\r\n";

    /// The answer of a service that opens it.
    public static final String OPENED = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Accept: " + ACCEPT + "\r\n\r\n";

    private WebSocketExample() {}

    /// A caller's head.
    ///
    /// @param more lines of it, before those of the WebSocket
    public static String opening(String path, String host, String... more) {
        return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + String.join("", more) + FIELDS + "\r\n";
    }
}
