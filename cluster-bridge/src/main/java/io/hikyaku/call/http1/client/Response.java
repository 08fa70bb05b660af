package io.hikyaku.call.http1.client;

import io.hikyaku.call.Violation;
import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.call.http.field.Grammar;
import io.hikyaku.call.http1.FieldSection;
import io.hikyaku.call.http1.Framing;
import io.hikyaku.wire.call.HttpFrame;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.hikyaku.wire.call.HttpFrame.Version;
import java.nio.charset.StandardCharsets;

/// A response's head as it was read from a target.
///
/// @param head as it goes to the caller's bridge
/// @param framing how the body that follows is delimited
/// @param keepAlive whether the connection may be used again
/// @param webSocket whether it agrees to a WebSocket, if its status is 101
record Response(ResponseHead head, Framing framing, boolean keepAlive, boolean webSocket) {
    private static final int STATUS_LINE_MIN = "HTTP/1.1 200".length();
    private static final int UPGRADE_REQUIRED = 426;

    /// @param bytes the whole head, its empty line included
    /// @param toHead whether the request was HEAD, so that no body follows
    /// @throws BadMessage if it is not one
    static Response read(byte[] bytes, boolean toHead) {
        int end = 0;
        while (bytes[end] != '\r') {
            end++;
        }
        boolean isHttp = end >= STATUS_LINE_MIN
                && new String(bytes, 0, 7, StandardCharsets.ISO_8859_1).equals("HTTP/1.")
                && (bytes[7] == '0' || bytes[7] == '1')
                && bytes[8] == ' '
                && (end == STATUS_LINE_MIN || bytes[STATUS_LINE_MIN] == ' ');
        if (!isHttp || bytes[end + 1] != '\n') {
            throw new BadMessage(Violation.MESSAGE, "status line");
        }
        Version version = bytes[7] == '1' ? Version.HTTP_1_1 : Version.HTTP_1_0;
        int status = status(bytes);
        FieldSection section = FieldSection.read(bytes, end + 2, bytes.length);
        if (section.chunked() && version == Version.HTTP_1_0) {
            throw new BadMessage(Violation.FRAMING, "Transfer-Encoding in HTTP/1.0");
        }
        if (status == UPGRADE_REQUIRED && section.webSocket()) {
            section.passWebSocket(); // both bridges can carry what it asks for
        }
        ResponseHead head = new ResponseHead(version, status, reason(bytes, end), section.fields());
        boolean keepAlive = version == Version.HTTP_1_1 ? !section.close() : section.keepAlive();
        return new Response(head, framing(section, status, toHead), keepAlive, section.webSocket());
    }

    /// RFC 9112 §6.3.
    private static Framing framing(FieldSection section, int status, boolean toHead) {
        if (toHead || status < 200 || status == 204 || status == 304) {
            return Framing.NONE;
        }
        if (section.chunked()) {
            return Framing.CHUNKED;
        }
        return section.contentLength() >= 0 ? Framing.fixed(section.contentLength()) : Framing.UNTIL_CLOSE;
    }

    private static int status(byte[] bytes) {
        int status = 0;
        for (int at = 9; at < STATUS_LINE_MIN; at++) {
            if (bytes[at] < '0' || bytes[at] > '9') {
                throw new BadMessage(Violation.MESSAGE, "status");
            }
            status = status * 10 + bytes[at] - '0';
        }
        if (status < 100) {
            throw new BadMessage(Violation.MESSAGE, "status");
        }
        return status;
    }

    private static String reason(byte[] bytes, int end) {
        int from = Math.min(STATUS_LINE_MIN + 1, end);
        if (end - from > HttpFrame.MAX_REASON_BYTES || !Grammar.isValue(bytes, from, end)) {
            throw new BadMessage(Violation.MESSAGE, "reason phrase");
        }
        return end - from == 2 && bytes[from] == 'O' && bytes[from + 1] == 'K'
                ? "OK"
                : new String(bytes, from, end - from, StandardCharsets.ISO_8859_1);
    }
}
