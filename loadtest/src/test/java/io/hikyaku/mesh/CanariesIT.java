package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.lab.Broker;
import io.hikyaku.lab.BrokerKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A word planted in path, field, body and stream reaches the service, and is seen by nobody in between.
@Tag("patient")
@Timeout(120)
class CanariesIT {
    @TempDir
    Path folder;

    private final String canary = newCanary();

    private static String newCanary() {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /// Looks for bytes in packets, header and body.
    private static final class Search implements TappedRelay.Tap {
        private final ByteBuf bytes;
        private final AtomicLong packets = new AtomicLong();
        private final AtomicLong found = new AtomicLong();

        Search(String text) {
            bytes = Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
        }

        @Override
        public void onPacket(ByteBuf packet, Consumer<ByteBuf> on) {
            packets.incrementAndGet();
            if (ByteBufUtil.indexOf(bytes.duplicate(), packet) >= 0) {
                found.incrementAndGet();
            }
            on.accept(packet);
        }
    }

    @Test
    void noPlaintextPassesARelayOrIsLogged() throws Exception {
        // Given
        Search search = new Search(canary);
        try (LogWatch log = new LogWatch(canary);
                TwoClusters clusters = TwoClusters.over(
                        mesh -> {
                            TappedRelay relay = TappedRelay.in(mesh);
                            relay.tap(search);
                            return Carrier.Links.both(Mesh.linksTo(relay.url()));
                        },
                        folder)) {

            // When
            plantIn(clusters);

            // Then
            assertTrue(search.packets.get() > 10, "the relay carried the calls");
            assertEquals(0, search.found.get());
            assertTrue(log.lines() > 10, "the log was watched");
            assertEquals(0, log.found());
        }
    }

    @Test
    void noPlaintextLiesInKafka() throws Exception {
        plantOverKafka(Carrier.KAFKA, BrokerKind.PROCESS);
    }

    @Test
    void noPlaintextLiesInContainerKafka() throws Exception {
        plantOverKafka(Carrier.CONTAINER_KAFKA, BrokerKind.CONTAINER);
    }

    private void plantOverKafka(Carrier carrier, BrokerKind kind) throws Exception {
        // Given
        Broker broker = kind.shared();
        String mesh;
        long logged;
        try (LogWatch log = new LogWatch(canary)) {
            try (TwoClusters clusters = TwoClusters.over(carrier::open, folder)) {

                // When
                plantIn(clusters);
                mesh = clusters.mesh.name();
            }
            logged = log.found(); // before the search, whose command may be logged
        }

        // Then
        assertTrue(broker.segmentsHold(mesh), "what is in clear is found: names of topics");
        assertFalse(broker.segmentsHold(canary));
        assertEquals(0, logged);
    }

    private void plantIn(TwoClusters clusters) throws Exception {
        clusters.tcp.follow(service -> service.say(service.hear(canary.length())));
        try (Talk http = clusters.toOrders();
                Talk line = clusters.toLine()) {
            http.say("GET /head/" + canary + " HTTP/1.1\r\nHost: a\r\nX-Secret: " + canary + "\r\n\r\n");
            assertEquals(3, http.hearAnswer().body().split(canary, -1).length);
            http.say("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + canary.length() + "\r\n\r\n" + canary);
            assertEquals(canary, http.hearAnswer().body());
            assertEquals(canary, line.say(canary).hear(canary.length()));
        }
    }
}
