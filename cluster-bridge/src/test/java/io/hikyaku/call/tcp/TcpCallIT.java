package io.hikyaku.call.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Origin;
import io.hikyaku.call.TestLimits;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Opaque TCP: bytes, ends and resets pass as they are.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class TcpCallIT {
    private @Nullable Origin origin;
    private CallPath path;

    private Conversation call(Origin.Script script) throws IOException {
        Origin service = Origin.following(script);
        origin = service;
        path = CallPath.start(Protocol.TCP, CallLimits.DEFAULTS, service.port());
        return Conversation.with(path.port());
    }

    @AfterEach
    void everythingIsReturned() throws IOException {
        path.awaitQuiet();
        path.await("no target's connection", () -> path.sum("hikyaku.target.connections") == 0);
        if (origin != null) {
            origin.close();
        }
        path.close();
    }

    @Test
    void theServiceMaySpeakFirst() throws Exception {
        try (Conversation caller = call(service -> {
            service.say("220 ready\r\n");
            service.raw().hear(4);
            service.say("bye");
        })) {
            assertEquals("220 ready\r\n", caller.hear(11));
            assertEquals("bye", caller.say("QUIT").hearAll());
        }
    }

    @Test
    void theCallerMayEndFirstAndStillHear() throws Exception {
        try (Conversation caller = call(service -> service.say(service.raw().hearAll() + " heard"))) {
            caller.say("question").sayEnd();

            assertEquals("question heard", caller.hearAll());
        }
    }

    @Test
    void theServiceMayEndFirstAndStillHear() throws Exception {
        CompletableFuture<String> heard = new CompletableFuture<>();
        try (Conversation caller = call(service -> {
            service.say("that is all");
            service.raw().sayEnd();
            heard.complete(service.raw().hearAll());
        })) {
            assertEquals("that is all", caller.hearAll());
            caller.say("not for me").sayEnd();

            assertEquals("not for me", heard.get());
        }
    }

    @Test
    void anEndWithoutAByteIsAnEnd() throws Exception {
        try (Conversation caller =
                call(service -> service.say("[" + service.raw().hearAll() + "]"))) {
            caller.sayEnd();

            assertEquals("[]", caller.hearAll());
        }
    }

    @Test
    void bothMayEndAtOnce() throws Exception {
        try (Conversation caller = call(service -> {
            service.raw().sayEnd();
            service.raw().hearAll();
        })) {
            caller.sayEnd();

            assertEquals("", caller.hearAll());
            path.await("completed", () -> path.sum("hikyaku.calls", "outcome", "completed") == 2);
        }
    }

    @Test
    void aResetByTheCallerIsAResetForTheService() throws Exception {
        CompletableFuture<String> heard = new CompletableFuture<>();
        CountDownLatch spoken = new CountDownLatch(1);
        try (Conversation caller = call(service -> {
            service.raw().hear(2);
            spoken.countDown();
            heard.complete(service.raw().hearReset());
        })) {
            caller.say("hi");
            spoken.await();
            caller.reset();

            assertEquals("", heard.get());
        }
    }

    @Test
    void aResetByTheServiceIsAResetForTheCaller() throws Exception {
        try (Conversation caller = call(service -> {
            service.raw().hear(2);
            service.raw().reset();
        })) {
            caller.say("hi");

            assertEquals("", caller.hearReset());
        }
    }

    @Test
    void aResetAfterAnEndIsStillAReset() throws Exception {
        try (Conversation caller = call(service -> {
            service.raw().hearAll();
            service.raw().reset();
        })) {
            caller.say("hi").sayEnd();

            assertEquals("", caller.hearReset());
        }
    }

    @Test
    void aDeadTargetResetsTheCaller() throws Exception {
        path = CallPath.start(Protocol.TCP, CallLimits.DEFAULTS, Origin.deadPort());
        try (Conversation caller = Conversation.with(path.port())) {
            assertEquals("", caller.hearReset());
            path.await("counted", () -> path.sum("hikyaku.calls", "outcome", "target-refused") == 2);
        }
    }

    @Test
    void aServiceThatNobodyExportsResetsTheCaller() throws Exception {
        path = CallPath.startBare(Protocol.TCP, CallLimits.DEFAULTS);
        try (Conversation caller = Conversation.with(path.port())) {
            assertEquals("", caller.hearReset());
        }
    }

    @Test
    void anotherTargetServesWhenOneIsDead() throws Exception {
        Origin service = Origin.following(conversation -> conversation.say("here"));
        origin = service;
        path = CallPath.start(Protocol.TCP, CallLimits.DEFAULTS, Origin.deadPort(), service.port());
        for (int i = 0; i < 4; i++) {
            try (Conversation caller = Conversation.with(path.port())) {
                assertEquals("here", caller.hearAll());
            }
        }
    }

    @Test
    void aConnectionThatCarriesNothingIsReset() throws Exception {
        CallLimits quick =
                new TestLimits().tcpIdleTimeout(Duration.ofSeconds(2)).limits();
        Origin service = Origin.following(conversation -> conversation.raw().hearGone());
        origin = service;
        path = CallPath.start(Protocol.TCP, quick, service.port());
        try (Conversation caller = Conversation.with(path.port())) {
            assertEquals("", caller.hearReset());
            assertEquals("done", service.takeEnding());
        }
    }

    /// After the service's end its socket waits for nothing but room: a write that finds none must not be the last.
    @Test
    void everyByteReachesAServiceThatHasEndedItsHalf() throws Exception {
        byte[] piece = new byte[64 * 1024];
        new Random(7).nextBytes(piece);
        CompletableFuture<String> heard = new CompletableFuture<>();
        CountDownLatch full = new CountDownLatch(1);
        AtomicInteger said = new AtomicInteger();
        try (Conversation caller = call(service -> {
            service.raw().sayEnd();
            full.await();
            heard.complete(digestOfAll(service.raw()));
        })) {
            assertEquals("", caller.hearAll());
            MessageDigest wanted = MessageDigest.getInstance("SHA-256");
            Thread speaking = Thread.ofVirtual().start(() -> sayAndEnd(caller, piece, 512, said));

            awaitStandstill(said);
            full.countDown();

            speaking.join();
            for (int i = 0; i < 512; i++) {
                wanted.update(piece);
            }
            assertEquals(HexFormat.of().formatHex(wanted.digest()), heard.get());
        }
    }

    @Test
    void aCallersResetAfterItsEndIsNoticedThoughNobodySpeaks() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (Conversation caller = call(service -> {
            assertEquals("", service.raw().hearAll());
            service.say("heard");
            over.await();
        })) {
            caller.sayEnd();
            assertEquals("heard", caller.hear(5));
            caller.reset();

            path.awaitQuiet();
            over.countDown();
        }
    }

    @Test
    void aServicesResetAfterItsEndIsNoticedThoughNobodySpeaks() throws Exception {
        CountDownLatch heard = new CountDownLatch(1);
        try (Conversation caller = call(service -> {
            service.raw().sayEnd();
            heard.await();
            service.raw().reset();
        })) {
            assertEquals("", caller.hearAll());
            heard.countDown();

            path.awaitQuiet();
        }
    }

    /// Nothing more is said for half a second.
    private void awaitStandstill(AtomicInteger said) {
        long[] last = {-1, System.nanoTime()};
        path.await("a standstill", () -> {
            if (said.get() != last[0]) {
                last[0] = said.get();
                last[1] = System.nanoTime();
            }
            return System.nanoTime() - last[1] > 500_000_000L;
        });
    }

    @Test
    void bytesArriveAsTheyLeftBothWaysAtOnce() throws Exception {
        int pieces = 1024;
        byte[] piece = new byte[64 * 1024];
        new Random(9).nextBytes(piece);
        CompletableFuture<String> serviceHeard = new CompletableFuture<>();
        try (Conversation caller = call(service -> {
            Thread speaking = Thread.ofVirtual().start(() -> sayAndEnd(service.raw(), piece, pieces));
            serviceHeard.complete(digestOfAll(service.raw()));
            speaking.join();
        })) {
            Thread speaking = Thread.ofVirtual().start(() -> sayAndEnd(caller, piece, pieces));
            String heard = digestOfAll(caller);
            speaking.join();

            MessageDigest wanted = MessageDigest.getInstance("SHA-256");
            for (int i = 0; i < pieces; i++) {
                wanted.update(piece);
            }
            String digest = HexFormat.of().formatHex(wanted.digest());
            assertEquals(digest, heard);
            assertEquals(digest, serviceHeard.get());
        }
    }

    @Test
    void aCallerAboveTheListenersCapIsReset() throws Exception {
        CallLimits one = new TestLimits().maxConnectionsPerListener(1).limits();
        Origin service =
                Origin.following(conversation -> conversation.say("here").raw().hearAll());
        origin = service;
        path = CallPath.start(Protocol.TCP, one, service.port());
        try (Conversation first = Conversation.with(path.port())) {
            assertEquals("here", first.hear(4));
            assertThrows(SocketException.class, () -> {
                try (Conversation second = Conversation.with(path.port())) {
                    second.hear(1);
                }
            });
        }
        path.awaitQuiet();
        try (Conversation third = Conversation.with(path.port())) {
            assertEquals("here", third.hear(4));
        }
        assertTrue(service.connections() >= 2);
    }

    private static void sayAndEnd(Conversation to, byte[] piece, int pieces) {
        sayAndEnd(to, piece, pieces, new AtomicInteger());
    }

    private static void sayAndEnd(Conversation to, byte[] piece, int pieces, AtomicInteger said) {
        try {
            for (int i = 0; i < pieces; i++) {
                to.say(piece);
                said.incrementAndGet();
            }
            to.sayEnd();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String digestOfAll(Conversation from) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] buffer = new byte[64 * 1024];
        for (int read = from.in().read(buffer); read >= 0; read = from.in().read(buffer)) {
            digest.update(buffer, 0, read);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static ExportPort port(int... targets) {
        return new ExportPort(
                "main",
                80,
                Protocol.TCP,
                IntStream.of(targets)
                        .mapToObj(target -> Target.parse("127.0.0.1:" + target))
                        .toList());
    }

    @Test
    void aConnectionToATargetThatGoesRunsToItsEndAndTheNextGoesElsewhere() throws Exception {
        try (Origin other = Origin.following(service -> service.say("other"));
                Conversation running =
                        call(service -> service.say("[" + service.raw().hearAll() + "]"))) {
            running.say("be");
            path.await("it is there", () -> origin.connections() == 1);

            // When
            path.retarget(port(other.port()));

            // Then
            try (Conversation next = Conversation.with(path.port())) {
                assertEquals("other", next.hearAll());
            }
            running.say("fore").sayEnd();
            assertEquals("[before]", running.hearAll());
            assertEquals(1, origin.connections());
        }
    }

    @Test
    void aConnectionThatWaitsForATargetThatGoesIsMadeToAnother() throws Exception {
        Origin service = Origin.following(caller -> caller.say(caller.raw().hear(5) + " heard"));
        origin = service;
        try (FullPort full = new FullPort()) {
            // Given
            path = CallPath.start(
                    new TestLimits().connectTimeout(Duration.ofMinutes(5)).limits(), port(full.port()));
            try (Conversation caller = Conversation.with(path.port())) {
                caller.say("early");
                path.await("it is dialled", () -> path.sum("hikyaku.target.connections") == 1);

                // When
                path.retarget(port(service.port()));

                // Then
                assertEquals("early heard", caller.hearAll());
                path.await("the dial was given up", () -> path.sum("hikyaku.target.connections") == 1);
            }
        }
    }

    /// A port whose queue is full, so that connects to it are not answered.
    private static final class FullPort implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final List<Socket> queue = new ArrayList<>();

        FullPort() throws IOException {
            while (isAnswered()) {
                assertTrue(queue.size() < 100, "the queue has no end");
            }
        }

        private boolean isAnswered() throws IOException {
            Socket next = new Socket();
            try {
                next.connect(server.getLocalSocketAddress(), 200);
                queue.add(next);
                return true;
            } catch (SocketTimeoutException full) {
                next.close();
                return false;
            }
        }

        int port() {
            return server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            for (Socket socket : queue) {
                socket.close();
            }
            server.close();
        }
    }
}
