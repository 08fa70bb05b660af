package io.hikyaku.call.http1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.call.http.field.Forwarding;
import io.hikyaku.call.http.field.Provenance;
import io.hikyaku.call.http1.server.Http1Request;
import io.hikyaku.service.Forwarded;
import io.hikyaku.service.Trace;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.hikyaku.wire.call.HttpFrame.Version;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Heads and bodies in any pieces, and what another bridge may not make this one say.
class Http1PiecesTest {
    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    @Test
    void aHeadIsFoundByteByByte() {
        String head = "\r\nGET / HTTP/1.1\r\nHost: o\r\n\r\n";
        HeadFinder finder = HeadFinder.ofHeads(100, 100);
        ByteBuf in = Unpooled.buffer();
        for (int i = 0; i < head.length() - 1; i++) {
            in.writeByte(head.charAt(i));
            assertEquals(-1, finder.find(in), "after " + (i + 1));
        }
        in.writeByte('\n');

        assertEquals(head.length() - 2, finder.find(in));
    }

    @Test
    void headsThatFollowEachOtherAreFoundOneByOne() {
        String head = "GET / HTTP/1.1\r\n\r\n";
        HeadFinder finder = HeadFinder.ofHeads(100, 100);
        ByteBuf in = bytes(head + head);

        assertEquals(head.length(), finder.find(in));
        in.skipBytes(head.length());
        assertEquals(head.length(), finder.find(in));
    }

    @ParameterizedTest
    @CsvSource({"20, 60, true", "21, 60, false", "20, 61, false"})
    void aHeadMayBeAsLongAsTheLimitAndNoLonger(int firstLine, int whole, boolean found) {
        String line = "GET /" + "a".repeat(firstLine - 5) + "\r\n";
        String head = line + "X: " + "b".repeat(whole - line.length() - 7) + "\r\n\r\n";
        HeadFinder finder = HeadFinder.ofHeads(20, 60);

        if (found) {
            assertEquals(whole, finder.find(bytes(head)));
        } else {
            assertThrows(BadMessage.class, () -> finder.find(bytes(head)));
        }
    }

    @Test
    void aChunkedBodyIsReadByteByByte() {
        String body = "A;x=y\r\n0123456789\r\n1\r\na\r\n0\r\nX-Sum: 1\r\nHost: o\r\n\r\n";
        BodyReader reader = new BodyReader(100);
        reader.start(Framing.CHUNKED);
        StringBuilder heard = new StringBuilder();
        ByteBuf in = Unpooled.buffer();
        for (char next : body.toCharArray()) {
            assertTrue(!reader.isDone());
            in.writeByte(next);
            reader.read(in, piece -> {
                heard.append(piece.toString(StandardCharsets.US_ASCII));
                piece.release();
            });
        }

        assertTrue(reader.isDone());
        assertEquals("0123456789a", heard.toString());
        assertEquals(Fields.of("X-Sum", "1"), reader.trailers());
    }

    @Test
    void namesAndValuesKeepTheirBytes() {
        byte[] head =
                "GET / HTTP/1.1\r\nHost: o\r\nx-ODD: \u00e4\t\u00f6\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

        Provenance nobody = new Forwarding("tokyo", Forwarded.NONE, false, Trace.CONTINUE).from(null);

        Http1Request request = Http1Request.read(head, nobody);

        assertEquals(
                Fields.of("x-ODD", "\u00e4\t\u00f6", "Via", "1.1 tokyo"),
                request.head().fields());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nEvil: 1", "a\nb", "a\u0000b", "a\rb"})
    void aBridgeThatSendsALineEndInAValueIsNotObeyed(String value) {
        RequestHead request =
                new RequestHead(Version.HTTP_1_1, "GET", "http", "o", "/", Fields.of("X", AsciiString.of(value)));
        ResponseHead response = new ResponseHead(Version.HTTP_1_1, 200, "OK", Fields.of("X", AsciiString.of(value)));

        assertThrows(Malformed.class, () -> HeadWriter.writeRequest(Unpooled.buffer(), request, request.authority()));
        assertThrows(
                Malformed.class,
                () -> HeadWriter.writeResponse(
                        Unpooled.buffer(), response, new HeadWriter.ToCaller(Version.HTTP_1_1, false, true)));
    }

    @ParameterizedTest
    @CsvSource({
        "'GET /x', o, /",
        "G\u00e9T, o, /",
        "GET, 'o\r\nX: y', /",
        "GET, o, '/ HTTP/1.1'",
        "GET, o, x",
        "GET, o, '/\r\n'",
        "GET, 'a, b', /",
    })
    void aBridgeThatSendsMoreThanALineIsNotObeyed(String method, String authority, String path) {
        RequestHead request = new RequestHead(Version.HTTP_1_1, method, "http", authority, path, Fields.NONE);

        assertThrows(Malformed.class, () -> HeadWriter.writeRequest(Unpooled.buffer(), request, request.authority()));
    }

    @Test
    void aBridgeThatSendsTwoFramingsIsNotObeyed() {
        Fields fields = Fields.of("Content-Length", "3", "Transfer-Encoding", "chunked");
        RequestHead request = new RequestHead(Version.HTTP_1_1, "POST", "http", "o", "/", fields);

        assertThrows(Malformed.class, () -> HeadWriter.writeRequest(Unpooled.buffer(), request, request.authority()));
    }

    @Test
    void aBridgeThatSendsFieldsOfOneHopSendsThemInVain() {
        Fields fields = Fields.of("Connection", "x", "Upgrade", "h2c", "Host", "evil", "X", "y");
        RequestHead request = new RequestHead(Version.HTTP_1_1, "GET", "http", "o", "/", fields);
        ByteBuf out = Unpooled.buffer();

        Framing framing = HeadWriter.writeRequest(out, request, "other.example");

        assertEquals(Framing.NONE, framing);
        assertEquals("GET / HTTP/1.1\r\nHost: other.example\r\nX: y\r\n\r\n", out.toString(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP_2, 'cookie: a=1; b=2; c=3\r\nx: y\r\n'",
        "HTTP_1_1, 'cookie: a=1\r\nx: y\r\ncookie: b=2\r\ncookie: c=3\r\n'",
    })
    void cookiesThatHttp2MayPartAreOneFieldAgain(Version version, String expected) {
        Fields fields = Fields.of("cookie", "a=1", "x", "y", "cookie", "b=2", "cookie", "c=3");
        ByteBuf out = Unpooled.buffer();

        HeadWriter.writeRequest(out, new RequestHead(version, "GET", "http", "o", "/", fields), "o");

        assertEquals("GET / HTTP/1.1\r\nHost: o\r\n" + expected + "\r\n", out.toString(StandardCharsets.US_ASCII));
    }
}
