package io.hikyaku.call.http.field;

import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/// The opening handshake of WebSockets (RFC 6455 §4). After it, bytes are passed on and nobody looks at frames.
public final class WebSocket {
    /// Value of `Upgrade`.
    public static final AsciiString PROTOCOL = AsciiString.cached("websocket");

    public static final AsciiString UPGRADE = AsciiString.cached("Upgrade");
    public static final AsciiString KEY = AsciiString.cached("Sec-WebSocket-Key");
    public static final AsciiString ACCEPT = AsciiString.cached("Sec-WebSocket-Accept");

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int NONCE_BYTES = 16;
    private static final int KEY_CHARACTERS = 24;
    private static final SecureRandom RANDOM = new SecureRandom();

    private WebSocket() {}

    /// Whether a request asks for a WebSocket (PROTOCOL.md §7.2).
    public static boolean isAsked(RequestHead head) {
        CharSequence upgrade = head.fields().get(UPGRADE);
        return upgrade != null
                && PROTOCOL.contentEqualsIgnoreCase(upgrade)
                && head.method().equals("GET");
    }

    /// Whether it is valid in `Sec-WebSocket-Key`: 16 bytes in base64.
    public static boolean isKey(CharSequence text) {
        if (text.length() != KEY_CHARACTERS) {
            return false;
        }
        try {
            return Base64.getDecoder().decode(text.toString()).length == NONCE_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    public static AsciiString newKey() {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        return AsciiString.of(Base64.getEncoder().encodeToString(nonce));
    }

    /// The `Sec-WebSocket-Accept` that a key asks for. SHA-1 keeps nothing secret here: it shows that the server
    /// has read the handshake.
    public static AsciiString accept(CharSequence key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return AsciiString.of(Base64.getEncoder().encodeToString(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
