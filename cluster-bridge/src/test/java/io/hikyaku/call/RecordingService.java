package io.hikyaku.call;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/// A service that records every byte it gets, connection by connection, and answers what it takes for a request.
public final class RecordingService implements AutoCloseable {
    public static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private final Origin origin;
    private final List<StringBuffer> connections = new CopyOnWriteArrayList<>();

    private final AtomicInteger cleanEnds = new AtomicInteger();
    private final AtomicInteger resets = new AtomicInteger();

    private RecordingService(String answer, Predicate<String> complete) {
        origin = Origin.following(heard -> record(heard.raw(), answer, complete));
    }

    /// Answers as often as what came since the last answer ends with an empty line.
    public static RecordingService start() {
        return answering(OK, text -> text.endsWith("\r\n\r\n"));
    }

    /// Never answers.
    public static RecordingService silent() {
        return answering("", text -> false);
    }

    /// @param complete whether what came since the last answer is to be answered
    public static RecordingService answering(String answer, Predicate<String> complete) {
        return new RecordingService(answer, complete);
    }

    private void record(Conversation caller, String answer, Predicate<String> complete) throws IOException {
        StringBuffer bytes = new StringBuffer();
        connections.add(bytes);
        StringBuilder request = new StringBuilder();
        InputStream in = caller.in();
        byte[] piece = new byte[16 * 1024];
        try {
            for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
                String text = new String(piece, 0, length, StandardCharsets.ISO_8859_1);
                bytes.append(text);
                request.append(text);
                if (complete.test(request.toString())) {
                    request.setLength(0);
                    caller.say(answer);
                }
            }
            cleanEnds.incrementAndGet();
        } catch (SocketException reset) {
            resets.incrementAndGet();
        }
    }

    /// Connections that the bridge has closed.
    public int cleanEnds() {
        return cleanEnds.get();
    }

    /// Connections that the bridge has reset.
    public int resets() {
        return resets.get();
    }

    public int port() {
        return origin.port();
    }

    /// Connections that were made.
    public int connections() {
        return origin.connections();
    }

    /// All bytes that came, of all connections, one after the other; what differs from call to call put
    /// aside.
    public String heard() {
        return String.join("", connections)
                .replaceAll("for=_[0-9a-f]{16};", "for=_x;")
                .replaceAll("X-Request-Id: [!-~]+\r\n", "");
    }

    /// Waits until all connections have ended, and so until everything on them is recorded.
    public void awaitEnds() throws IOException {
        origin.awaitEnds();
    }

    public void forget() {
        connections.forEach(bytes -> bytes.setLength(0));
    }

    @Override
    public void close() throws IOException {
        origin.close();
    }
}
