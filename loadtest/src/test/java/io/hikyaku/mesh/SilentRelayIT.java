package io.hikyaku.mesh;

import io.hikyaku.lab.LocalMesh;
import io.hikyaku.lab.Ports;
import io.hikyaku.lab.Program;
import io.hikyaku.loop.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One of two relays hangs or is killed while data is under way. Nobody is taken for dead, and no gap ends a channel,
/// for as long as the test lasts: calls that begin afterwards go over the other relay all the same.
@Tag("patient")
@Timeout(240)
class SilentRelayIT {
    private static final List<String> SMALL = List.of("-Xmx96m", "-XX:TieredStopAtLevel=1");
    private static final String FAITHFUL = """
            eventLoops: 2
            limits:
              link: { deadAfter: 5m }
              channel: { gapTimeout: 5m, deadAfter: 5m }
            """;
    private static final String SERVICE = "shop/name";
    private static final Pattern WAY = Pattern.compile("via tls://127\\.0\\.0\\.1:(\\d+)");
    /// Connections go to the event loops in turn: some of these for each.
    private static final int DOWNLOADS = 4;

    private static final int PIECE = 16 << 10;
    /// More than a head and what buffers hold before anything flows.
    private static final int UNDER_WAY = 512 << 10;
    private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();
    private static final int CALLS = 8;
    private static final long ENDLESS = 1L << 40;
    private static final Duration SHORT = Duration.ofSeconds(2);

    private final Map<Integer, Program> relays = new HashMap<>();
    private final List<AutoCloseable> downloads = new ArrayList<>();
    private LocalMesh mesh;
    private ScriptedService origin;
    private Program tokyo;
    private int port;

    @BeforeEach
    void startMesh() throws Exception {
        mesh = LocalMesh.open("silent-" + UUID.randomUUID(), SMALL);
        origin = ScriptedService.following(new HttpScript("osaka"));
        List<String> links = new ArrayList<>();
        for (int relay : Ports.free(2)) {
            String url = "tls://127.0.0.1:" + relay;
            relays.put(relay, mesh.relay("relay-" + relay, List.of(url), List.of()));
            links.add(LocalMesh.relayLink(url));
        }
        port = Ports.free();
        LocalMesh.Export export = new LocalMesh.Export(SERVICE, 80, "http", "127.0.0.1:" + origin.port());
        mesh.bridge("osaka", "osaka", links, List.of(export), List.of(), FAITHFUL);
        LocalMesh.Import tokyos = new LocalMesh.Import(SERVICE, 80, port);
        tokyo = mesh.bridge("tokyo", "tokyo", links, List.of(), List.of(tokyos), FAITHFUL);
        Await.until("calls are answered", this::callsSucceed);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable download : downloads) {
            download.close();
        }
        for (Program relay : relays.values()) {
            relay.kill();
        }
        mesh.close();
        origin.close();
    }

    /// So many calls one after the other, each on a connection of its own.
    private boolean callsSucceed() {
        for (int i = 0; i < CALLS; i++) {
            try (Talk caller = Talk.with(port).patience(SHORT)) {
                caller.say("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
                if (caller.hearAnswer().status() != 200) {
                    return false;
                }
            } catch (IOException lateOrCut) {
                return false;
            }
        }
        return true;
    }

    /// @param read grows by the bytes that are read
    private Talk download(AtomicLong read) throws IOException {
        Talk caller = Talk.with(port).say("GET /download/" + ENDLESS + " HTTP/1.1\r\nHost: a\r\n\r\n");
        Thread.ofVirtual().start(() -> readSteadily(caller, read));
        return caller;
    }

    /// Some megabytes a second: enough that packets are under way at any time.
    private static void readSteadily(Talk caller, AtomicLong read) {
        try {
            for (int length = PIECE; length == PIECE; read.addAndGet(length)) {
                length = caller.in().readNBytes(PIECE).length;
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (IOException closed) {
            // At the end of the test.
        }
    }

    private Program relayInUse() throws Exception {
        Matcher carrier = WAY.matcher(tokyo.status().toString());
        if (!carrier.find()) {
            throw new AssertionError("no way in " + tokyo.status());
        }
        return relays.get(Integer.parseInt(carrier.group(1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"STOP", "KILL"})
    void callsThatBeginAfterwardsTakeTheOtherWay(String signal) throws Exception {
        // Given
        for (int i = 0; i < DOWNLOADS; i++) {
            AtomicLong read = new AtomicLong();
            downloads.add(download(read));
            Await.until("data is under way", () -> read.get() > UNDER_WAY);
        }
        Program relay = relayInUse();

        // When
        new ProcessBuilder("kill", "-" + signal, Long.toString(relay.pid()))
                .start()
                .waitFor();

        // Then
        Await.until("calls are answered over the other relay", this::callsSucceed);
    }
}
