package io.hikyaku.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.service.ImportPort;
import io.hikyaku.service.Protocol;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/// A listener and a recording service behind it, and what each hostile message must lead to: an answer, a closed
/// connection, a count, one line in the log, and not one byte at the service.
public final class Threats implements AutoCloseable {
    /// What every request that passes has at its end.
    public static final String ADDED = "Via: 1.1 tokyo\r\nVia: 1.1 tokyo\r\nX-Hikyaku-Source-Cluster: tokyo\r\n";

    private static final String METER = "hikyaku.requests.rejected";

    private final RecordingService origin;
    private final CallPath path;
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(Refusals.class);

    public Threats() {
        this(RecordingService.start());
    }

    public Threats(CallLimits limits, ImportPort importPort, RecordingService origin) {
        this.origin = origin;
        this.path = CallPath.start(Protocol.HTTP, limits, importPort, origin.port());
        lines.list = new CopyOnWriteArrayList<>();
        lines.start();
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
        logger.addAppender(lines);
    }

    /// Without anything configured.
    public Threats(RecordingService origin) {
        this(CallLimits.DEFAULTS, CallPath.IMPORT, origin);
    }

    public CallPath path() {
        return path;
    }

    public RecordingService origin() {
        return origin;
    }

    public Conversation caller() throws IOException {
        return Conversation.with(path.port());
    }

    /// What a request that is sent to `o` in HTTP/1.1 gets on its way.
    public static String added() {
        return "Forwarded: for=_x;by=_tokyo;proto=http;host=o\r\n" + ADDED;
    }

    /// Says the bytes and expects that they are refused and nothing of them goes on.
    public void refuses(int status, Violation violation, String request) throws IOException {
        refusesLate(status, violation, request);
        assertEquals("", origin.heard());
    }

    /// Says the bytes and expects that they are refused, perhaps after some went on.
    public void refusesLate(int status, Violation violation, String request) throws IOException {
        double before = path.sum(METER);
        double sameBefore = path.sum(METER, "reason", violation.code());
        int linesBefore = lines.list.size();
        String answer;
        try (Conversation caller = caller()) {
            caller.say(request);
            answer = caller.hearAll();
        }
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        assertTrue(answer.contains("\r\nConnection: close\r\n"), answer);
        assertTrue(answer.contains("\r\nProxy-Status: hikyaku-tokyo; error="), answer);
        assertEquals(1, answer.split("HTTP/1\\.1 ", -1).length - 1, () -> "one answer: " + answer);
        assertEquals(before + 1, path.sum(METER), path::rejections);
        assertEquals(sameBefore + 1, path.sum(METER, "reason", violation.code()), path::rejections);
        requireLine(linesBefore, violation);
    }

    /// One line, of our own words alone.
    /// Says the bytes and expects that they are refused, with a line in our own words.
    public void refusesAnyhow(String request) throws IOException {
        int before = lines.list.size();
        try (Conversation caller = caller()) {
            caller.say(request);
            assertTrue(caller.hearAll().matches("(?s)HTTP/1\\.1 [45].*"));
        }
        assertEquals("", origin.heard());
        requireLine(before, "[a-z0-9-]+");
    }

    private void requireLine(int from, Violation violation) {
        requireLine(from, violation.code());
    }

    private void requireLine(int from, String code) {
        List<ILoggingEvent> written = lines.list.subList(from, lines.list.size());
        assertEquals(1, written.size(), written::toString);
        String line = written.getFirst().getFormattedMessage();
        assertTrue(
                line.matches("Refused a request of 127\\.0\\.0\\.1 to shop/orders:80: " + code
                        + " \\([A-Za-z0-9 ,'/.-]+\\)"),
                line);
    }

    /// Says the bytes and expects that they are refused, after some of them went on to a service that is told so by
    /// a reset.
    public void cutsOff(int status, Violation violation, String request) throws IOException {
        origin.awaitEnds();
        origin.forget();
        refusesLate(status, violation, request);
        origin.awaitEnds();
        assertEquals(0, origin.cleanEnds());
        assertFalse(origin.heard().endsWith("0\r\n\r\n"), origin.heard());
    }

    /// Says the request and expects that exactly these bytes reach the service.
    public void passes(String request, String expected) throws IOException {
        origin.forget();
        try (Conversation caller = caller()) {
            caller.say(request);
            String answer = caller.hearHead();
            assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
            assertEquals("ok", caller.hear(2));
        }
        path.await(
                "at the service: " + expected.replace("\r\n", "^") + " but: "
                        + origin.heard().replace("\r\n", "^"),
                () -> origin.heard().equals(expected));
        origin.forget();
    }

    @Override
    public void close() throws IOException {
        logger.detachAppender(lines);
        path.awaitQuiet();
        origin.close();
        path.close();
    }
}
