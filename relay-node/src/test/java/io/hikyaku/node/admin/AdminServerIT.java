package io.hikyaku.node.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.value.HostPort;
import io.hikyaku.net.EventLoops;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whatever others do at the admin server, a probe is answered. On a thread of its own, since a socket that nobody
/// reads blocks who writes to it, whoever interrupts them.
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AdminServerIT {
    private static final int CROWD = 200;
    /// Less than the time after which the server closes who is silent: nobody has to go for a probe to be answered.
    private static final int PATIENCE_MILLIS = 25_000;

    private final EventLoops loops = EventLoops.start(1);
    private final Metrics metrics = new Metrics();
    private final List<Socket> crowd = new ArrayList<>();
    private AdminServer server;
    private int port;

    @BeforeEach
    void start() throws Exception {
        server = new AdminServer(loops.vertx(), metrics, Optional::empty, Optional::empty, () -> {
            throw new IllegalStateException("nobody asks for it");
        });
        HostPort bound = server.listen(HostPort.parse("127.0.0.1:0"))
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        port = bound.port();
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket socket : crowd) {
            socket.close();
        }
        server.stop().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        loops.close();
        metrics.close();
    }

    private Socket connect(int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    private void crowdSays(String bytes, int receiveBuffer) throws IOException {
        for (int i = 0; i < CROWD; i++) {
            Socket socket = connect(receiveBuffer);
            crowd.add(socket);
            try {
                socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException reset) {
                // As it may be at any time, and the next one comes.
            }
        }
    }

    private static String firstLine(Socket socket) throws IOException {
        socket.setSoTimeout(PATIENCE_MILLIS);
        InputStream in = socket.getInputStream();
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\r'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    private void assertProbeIsAnswered() throws IOException {
        for (String path : List.of("/livez", "/readyz", "/metrics")) {
            long start = System.nanoTime();
            try (Socket probe = connect(0)) {
                probe.getOutputStream()
                        .write(("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                assertEquals("HTTP/1.1 200 OK", firstLine(probe));
            }
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            assertTrue(took.toMillis() < PATIENCE_MILLIS, () -> path + " took " + took);
        }
    }

    @Test
    void answersAProbeBesideConnectionsThatSayNothing() throws Exception {
        // Given
        crowdSays("", 0);

        // When, then
        assertProbeIsAnswered();
    }

    @Test
    void answersAProbeBesideConnectionsThatNeverFinishTheirRequest() throws Exception {
        // Given
        crowdSays("GET /livez HTTP/1.1\r\nHost: ", 0);

        // When, then
        assertProbeIsAnswered();
    }

    @Test
    void answersAProbeBesideConnectionsThatAskForMuchAndDoNotRead() throws Exception {
        // Given
        crowdSays("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n".repeat(50), 1024);

        // When, then
        assertProbeIsAnswered();
    }

    @Test
    void resetsOneThatAsksOnWithoutReading() throws Exception {
        // Given
        Socket greedy = connect(1024);
        crowd.add(greedy);
        byte[] question = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

        // When
        boolean reset = false;
        for (int asked = 0; asked < 1_000_000 && !reset; asked++) {
            try {
                greedy.getOutputStream().write(question);
            } catch (IOException ended) {
                reset = true;
            }
        }

        // Then
        assertTrue(reset);
        assertProbeIsAnswered();
    }

    @Test
    void keepsAConnectionThatIsUsedWhenSilentOnesCome() throws Exception {
        // Given
        try (Socket kept = connect(0)) {
            for (int i = 0; i < CROWD; i++) {
                // When
                kept.getOutputStream()
                        .write("HEAD /livez HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                while (!firstLine(kept).isBlank()) {
                    // Then: a whole head comes
                }
                crowd.add(connect(0));
            }
        }
    }
}
