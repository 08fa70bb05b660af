package io.hikyaku.call.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.call.Conversation;
import io.hikyaku.call.RecordingService;
import io.hikyaku.call.Threats;
import io.hikyaku.net.NoLeaks;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Heads that are odd and valid: byte for byte what was sent, but for what docs/CALLS.md lists.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class HttpFaithfulIT {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-lower: a\r\nX-UPPER: b\r\nX-MiXeD: c\r\nx-lower: d\r\n",
                "Empty:\r\n",
                "X-Inner: a  b\tc\r\n",
                "X-Latin: \u00e4\u00f6\u00fc\u00df\r\nX-Utf8: \u00c3\u00a4\u00e2\u0082\u00ac\r\nX-High: \u0080\u00ff\r\n",
                "!#$%&'*+-.^_`|~09azAZ: every byte of a token\r\n",
                "Cookie: a=1; b=2\r\nCookie: c=3\r\ncookie: d=\"4;5\"\r\n",
                "Accept: */*;q=0.1,,text/html\r\nAccept:  text/plain\r\n",
                "Range: bytes=0-1, 5-\r\nIf-Range: \"x\"\r\n",
                "X-Quoted: \"a\\\"b, c\" (comment (nested))\r\n",
                "X-Colons: ::a:b:\r\nX_Under_Scores: 1\r\n",
                "Authorization: Basic QTpC\r\nAuthorization: Bearer x.y.z==\r\n",
                "X-Long-Name-That-Is-Longer-Than-Any-That-We-Know-And-Then-Some-More: 1\r\n",
                "Content-Encoding: gzip\r\nAccept-Encoding: br, gzip;q=0\r\n",
            })
    void aRequestsFieldsStayAsTheyAre(String fields) throws IOException {
        try (Threats path = new Threats()) {
            path.passes(
                    "GET /a//b/../%7e?x=%zz&&y HTTP/1.1\r\nHost: o\r\n" + fields + "\r\n",
                    "GET /a//b/../%7e?x=%zz&&y HTTP/1.1\r\nHost: o\r\n"
                            + fields.replace("Empty:\r", "Empty: \r").replace("Accept:  ", "Accept: ")
                            + Threats.added() + "\r\n");
        }
    }

    @Test
    void anAnswersFieldsStayAsTheyAre() throws IOException {
        String head =
                "HTTP/1.1 299 \u00c4ll right, (mostly)\r\nset-cookie: a=1\r\nX-UPPER: \u00ff\r\nServer: x/1 (y)\r\n"
                        + "Set-Cookie: b=2; Path=/\r\nX-Envoy-Upstream-Service-Time: 3\r\nX-Forwarded-For: 1.2.3.4\r\n"
                        + "Via: 1.1 cache\r\nWWW-Authenticate: Basic realm=\"a, b\"\r\nContent-Length: 3\r\n\r\n";
        try (Threats path = new Threats(
                        RecordingService.answering(head + "\u0000\u00ff\n", text -> text.endsWith("\r\n\r\n")));
                Conversation caller = path.caller()) {
            caller.say("GET / HTTP/1.1\r\nHost: o\r\n\r\n");

            assertEquals(head, caller.hearHead());
            assertEquals("\u0000\u00ff\n", caller.hear(3));
        }
    }
}
