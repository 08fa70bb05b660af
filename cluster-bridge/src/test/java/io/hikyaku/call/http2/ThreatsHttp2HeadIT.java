package io.hikyaku.call.http2;

import static io.hikyaku.call.Http2Talk.END_HEADERS;
import static io.hikyaku.call.Http2Talk.END_STREAM;
import static io.hikyaku.call.Http2Talk.HEADERS;
import static io.hikyaku.call.Http2Talk.RST_STREAM;
import static io.hikyaku.call.http2.Http2Threats.head;
import static io.hikyaku.call.http2.Http2Threats.literal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.Http2Talk;
import io.hikyaku.net.NoLeaks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Callers whose heads and bodies are not what HTTP/2 allows. The nested classes are rows of docs/THREATS.md.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class ThreatsHttp2HeadIT {
    private static final int PROTOCOL_ERROR = 1;

    private static Http2Threats attacked;

    @BeforeAll
    static void start() {
        attacked = new Http2Threats();
    }

    @AfterAll
    static void stop() throws IOException {
        attacked.close();
    }

    @Nested
    class B1 {
        @ParameterizedTest
        @ValueSource(
                strings = {"X-Upper", "a:b", "a\rb", "a\nb", "a\u0000b", "a b", " a", "a\u007f", "a\u00e4", "a\u0009"})
        void aNameOutOfFormResetsTheStream(String name) throws IOException {
            attacked.resets(PROTOCOL_ERROR, caller -> caller.headers(1, true, head(name, "x")));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "a\rb",
                    "a\nb",
                    "a\u0000b",
                    " a",
                    "a ",
                    "\ta",
                    "a\t",
                    "a\r\nTransfer-Encoding: chunked",
                    "a\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: o"
                })
        void aValueOutOfFormResetsTheStream(String value) throws IOException {
            attacked.resets(PROTOCOL_ERROR, caller -> caller.headers(1, true, head("x", value)));
        }

        @ParameterizedTest
        @ValueSource(strings = {"transfer_encoding", "content_length"})
        void aFramingFieldInDisguiseResetsTheStream(String name) throws IOException {
            attacked.resets(PROTOCOL_ERROR, caller -> caller.headers(1, true, head(name, "5")));
        }
    }

    /// A caller cannot know at once that its head is refused: what follows it must not end the connection, nor be
    /// taken for a head.
    @Nested
    class AfterARefusedHead {
        @ParameterizedTest
        @ValueSource(strings = {"X", "content-length", "connection"})
        void theBodyIsDropped(String name) throws IOException {
            attacked.resets(
                    PROTOCOL_ERROR,
                    caller -> caller.headers(1, false, head(name, ""))
                            .data(1, false, "a")
                            .window(1, 1)
                            .data(1, true, "b"));
        }

        @Test
        void trailersAreDropped() throws IOException {
            attacked.resets(
                    PROTOCOL_ERROR,
                    caller -> caller.headers(1, false, head("X", "y")).headers(1, true, head("x", "y")));
        }

        @Test
        void aResetIsDropped() throws IOException {
            attacked.resets(
                    PROTOCOL_ERROR,
                    caller -> caller.headers(1, false, head("X", "y")).reset(1, 8));
        }
    }

    @Nested
    class B2 {
        @ParameterizedTest
        @ValueSource(strings = {"+5", "-1", "05", "5, 5", "5,6", "0x5", "", "9223372036854775808"})
        void aLengthThatIsNoneResetsTheStream(String length) throws IOException {
            attacked.resets(PROTOCOL_ERROR, caller -> caller.headers(1, false, head("content-length", length)));
        }

        @Test
        void twoLengthsResetTheStream() throws IOException {
            attacked.resets(
                    PROTOCOL_ERROR,
                    caller -> caller.headers(1, false, head("content-length", "5", "content-length", "5")));
            attacked.resets(
                    PROTOCOL_ERROR,
                    caller -> caller.headers(1, false, head("content-length", "5", "content-length", "6")));
        }

        @Test
        void aLengthWithoutABodyResetsTheStream() throws IOException {
            attacked.resets(PROTOCOL_ERROR, caller -> caller.headers(1, true, head("content-length", "5")));
        }

        @ParameterizedTest
        @CsvSource({"3, abcd, false", "3, abcd, true", "5, abcd, true"})
        void aBodyOfAnotherLengthIsCutOff(String length, String body, boolean end) throws IOException {
            attacked.quiet();
            int resets = attacked.threats().origin().resets();
            try (Http2Talk caller = Http2Talk.with(attacked.threats().path().port())) {
                caller.headers(1, false, head("content-length", length));
                attacked.threats()
                        .path()
                        .await(
                                "its head",
                                () -> attacked.threats().origin().heard().endsWith("\r\n\r\n"));
                caller.data(1, end, body);
                assertEquals(PROTOCOL_ERROR, caller.hear(RST_STREAM).error());
                attacked.threats()
                        .path()
                        .await(
                                "reset at the service",
                                () -> attacked.threats().origin().resets() > resets);
            }
        }
    }

    @Nested
    class B3 {
        @ParameterizedTest
        @CsvSource({
            "transfer-encoding, chunked",
            "connection, close",
            "connection, x",
            "upgrade, h2c",
            "keep-alive, 1",
            "proxy-connection, keep-alive",
            "te, gzip",
            "te, 'trailers, gzip'"
        })
        void aFieldOfHttp1ResetsTheStream(String name, String value) throws IOException {
            attacked.resets(PROTOCOL_ERROR, caller -> caller.headers(1, true, head(name, value)));
        }
    }

    @Nested
    class B4 {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    ":scheme http :authority o :path /",
                    ":method GET :authority o :path /",
                    ":method GET :scheme http :authority o",
                    ":method GET :method GET :scheme http :authority o :path /",
                    ":method GET :scheme http :authority o :path / :path /",
                    ":method GET :scheme http :authority o :authority o :path /",
                    ":method GET :scheme http :scheme http :authority o :path /",
                    ":method GET :scheme http :authority o :path / :unknown x",
                    ":method GET :scheme http :authority o :path / :status 200",
                    ":method G,T :scheme http :authority o :path /",
                    ":method GET :scheme http :authority o :path x",
                    ":method GET :scheme http :authority o :path http://o/",
                    ":method GET :scheme http :authority o :path /#x",
                    ":method GET :scheme http :authority o :path /\\x",
                    ":method GET :scheme http :authority o :path *",
                    ":method GET :scheme gopher :authority o :path /",
                    ":method GET :scheme http :authority user@o :path /",
                    ":method GET :scheme http :authority o,evil :path /",
                    ":method GET :scheme http :authority o :path / host evil",
                    ":method GET :scheme http :path /",
                    ":method GET :scheme http :authority o :path / :protocol websocket",
                })
        void aHeadWithOtherPseudoHeadersResetsTheStream(String fields) throws IOException {
            attacked.resets(PROTOCOL_ERROR, caller -> caller.headers(1, true, fields.split(" ")));
        }

        @Test
        void aPseudoHeaderAfterAFieldResetsTheStream() throws IOException {
            attacked.resets(PROTOCOL_ERROR, caller -> {
                ByteArrayOutputStream block = new ByteArrayOutputStream();
                block.writeBytes(caller.block(1, ":method", "GET", ":scheme", "http", ":authority", "o"));
                block.writeBytes(literal("x", "y"));
                block.writeBytes(literal(":path", "/"));
                caller.frame(HEADERS, END_HEADERS | END_STREAM, 1, block.toByteArray());
            });
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "/a b", " /", "/\u0000", "/a\r\nX: y"})
        void aPathOutOfFormResetsTheStream(String path) throws IOException {
            attacked.resets(
                    PROTOCOL_ERROR,
                    caller -> caller.headers(
                            1, true, ":method", "GET", ":scheme", "http", ":authority", "o", ":path", path));
        }

        @Test
        void aPseudoHeaderInTrailersCutsTheCallOff() throws IOException {
            attacked.quiet();
            try (Http2Talk caller = Http2Talk.with(attacked.threats().path().port())) {
                caller.headers(1, false, head()).headers(1, true, ":path", "/");
                assertEquals(PROTOCOL_ERROR, caller.hear(RST_STREAM).error());
            }
            assertFalse(attacked.threats().origin().heard().endsWith("0\r\n\r\n"));
        }
    }

    @Nested
    class B13 {
        @Test
        void whatGRpcMeansByItsBytesIsItsOwnAffair() throws Exception {
            String message = "\u0001\u00ff\u00ff\u00ff\u00ffabc"; // compressed without a coding, of 4 GiB
            attacked.quiet();
            try (Http2Talk caller = Http2Talk.with(attacked.threats().path().port())) {
                caller.request(
                        1,
                        false,
                        "POST",
                        "/a.B/c",
                        "content-type",
                        "application/x-not-grpc",
                        "x-bin",
                        "%%%not base64%%%",
                        "grpc-message",
                        "%zz%");
                caller.data(1, true, message);
                attacked.threats()
                        .path()
                        .await(
                                "all of it",
                                () -> attacked.threats()
                                        .origin()
                                        .heard()
                                        .endsWith("8\r\n" + message + "\r\n0\r\n\r\n"));
                String heard = attacked.threats().origin().heard();
                assertTrue(heard.contains("x-bin: %%%not base64%%%\r\ngrpc-message: %zz%\r\n"), heard);
            }
        }
    }

    @Nested
    class B14 {
        @ParameterizedTest
        @CsvSource({"CONNECT, 405", "TRACE, 405", "PRI, 405"})
        void connectAndTraceAreNotAllowed(String method, String status) throws IOException {
            attacked.quiet();
            try (Http2Talk caller = Http2Talk.with(attacked.threats().path().port())) {
                caller.request(1, true, method, "/");
                assertTrue(caller.fields(caller.hearOf(1)).startsWith(":status: " + status + "\n"));
            }
            assertEquals("", attacked.threats().origin().heard());
        }
    }
}
