package io.hikyaku.call.http2;

import static io.hikyaku.call.Http2Talk.RST_STREAM;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.Http2Talk;
import io.hikyaku.call.Http2Talk.Frame;
import io.hikyaku.call.RecordingService;
import io.hikyaku.call.Threats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A listener, a recording service that never answers, and what hostile frames must lead to.
final class Http2Threats implements AutoCloseable {
    private final Threats threats = new Threats(RecordingService.silent());

    /// What a caller does.
    interface Attack {
        void on(Http2Talk caller) throws IOException;
    }

    Threats threats() {
        return threats;
    }

    /// Nothing of earlier calls reaches the service any more.
    void quiet() throws IOException {
        threats.path().awaitQuiet();
        threats.origin().awaitEnds();
        threats.origin().forget();
    }

    /// The stream ends in a reset with this error, nothing reaches the service, and the next stream is served.
    void resets(int error, Attack attack) throws IOException {
        quiet();
        double before = threats.path().sum("hikyaku.requests.rejected");
        try (Http2Talk caller = Http2Talk.with(threats.path().port())) {
            attack.on(caller);
            assertEquals(error, caller.hear(RST_STREAM).error());
            assertEquals("", threats.origin().heard());
            caller.request(101, true, "GET", "/next");
            threats.path()
                    .await("the next request", () -> threats.origin().heard().startsWith("GET /next HTTP/1.1\r\n"));
        }
        assertEquals(before + 1, threats.path().sum("hikyaku.requests.rejected"), threats.path()::rejections);
    }

    /// The connection ends with this error.
    void goesAway(int error, Attack attack) throws IOException {
        quiet();
        double before = threats.path().sum("hikyaku.requests.rejected");
        try (Http2Talk caller = Http2Talk.with(threats.path().port())) {
            try {
                attack.on(caller);
            } catch (IOException ended) {
                assertTrue(caller.hearsEnd());
            }
            Frame goodbye = caller.hearGoAway();
            if (goodbye != null) {
                assertEquals(error, goodbye.error());
            }
            assertTrue(caller.hearsEnd());
        }
        threats.path().await("counted", () -> threats.path().sum("hikyaku.requests.rejected") > before);
    }

    static String[] head(String... more) {
        List<String> fields =
                new ArrayList<>(List.of(":method", "GET", ":scheme", "http", ":authority", "o", ":path", "/"));
        fields.addAll(List.of(more));
        return fields.toArray(String[]::new);
    }

    /// A field as a literal without indexing (RFC 7541 §6.2.2).
    static byte[] literal(String name, String value) {
        return field(0x00, name, value);
    }

    /// A field as a literal that enters the dynamic table (RFC 7541 §6.2.1).
    static byte[] indexed(String name, String value) {
        return field(0x40, name, value);
    }

    private static byte[] field(int kind, String name, String value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(kind);
        write(out, name);
        write(out, value);
        return out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, String text) {
        int length = text.length();
        if (length < 127) {
            out.write(length);
        } else {
            out.write(127);
            int left = length - 127;
            while (left >= 128) {
                out.write(left & 127 | 128);
                left >>>= 7;
            }
            out.write(left);
        }
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
        threats.close();
    }
}
