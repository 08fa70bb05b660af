package io.hikyaku.call.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Origin;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.Protocol;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Much at once, and much in one call.
@ExtendWith(NoLeaks.class)
@Timeout(240)
class HttpVolumeIT {
    private static final int PIECE = 64 * 1024;
    private static final int PIECES = 1024;
    private static final int CALLERS = 200;

    private Origin origin;
    private CallPath path;

    private void start(Origin.Script script) {
        origin = Origin.following(script);
        path = CallPath.start(Protocol.HTTP, CallLimits.DEFAULTS, origin.port());
    }

    @AfterEach
    void everythingIsReturned() throws IOException {
        path.closeAfter(origin);
    }

    private static String digestOf(InputStream in, long bytes) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] buffer = new byte[PIECE];
        for (long left = bytes; left > 0; ) {
            int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (read < 0) {
                throw new IOException("ended with " + left + " bytes left");
            }
            digest.update(buffer, 0, read);
            left -= read;
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Test
    void bytesOfALargeAnswerArriveAsTheyLeft() throws Exception {
        byte[] piece = new byte[PIECE];
        new Random(7).nextBytes(piece);
        MessageDigest sent = MessageDigest.getInstance("SHA-256");
        start(service -> {
            service.head();
            service.say("HTTP/1.1 200 OK\r\nContent-Length: " + (long) PIECE * PIECES + "\r\n\r\n");
            for (int i = 0; i < PIECES; i++) {
                piece[0] = (byte) i;
                sent.update(piece);
                service.raw().say(piece);
            }
            service.raw().hearAll();
        });
        try (Conversation caller = Conversation.with(path.port())) {
            caller.say("GET / HTTP/1.1\r\nHost: o\r\n\r\n").hearHead();
            String heard = digestOf(caller.in(), (long) PIECE * PIECES);

            assertEquals(HexFormat.of().formatHex(sent.digest()), heard);
        }
    }

    @Test
    void bytesOfALargeRequestArriveAsTheyLeft() throws Exception {
        start(service -> {
            service.head();
            String digest = digestOf(service.raw().in(), (long) PIECE * PIECES);
            service.say("HTTP/1.1 200 OK\r\nContent-Length: " + digest.length() + "\r\n\r\n" + digest);
            service.raw().hearAll();
        });
        byte[] piece = new byte[PIECE];
        new Random(8).nextBytes(piece);
        MessageDigest sent = MessageDigest.getInstance("SHA-256");
        try (Conversation caller = Conversation.with(path.port())) {
            caller.say("POST / HTTP/1.1\r\nHost: o\r\nContent-Length: " + (long) PIECE * PIECES + "\r\n\r\n");
            for (int i = 0; i < PIECES; i++) {
                piece[0] = (byte) i;
                sent.update(piece);
                caller.say(piece);
            }
            caller.hearHead();

            assertEquals(HexFormat.of().formatHex(sent.digest()), caller.hear(64));
        }
    }

    @Test
    void callersAtOnceGetEachTheirOwnAnswer() throws Exception {
        start(service -> {
            while (true) {
                String head = service.head();
                int length = Integer.parseInt(head.replaceAll("(?s).*Content-Length: (\\d+).*", "$1"));
                String name = head.split(" ", 3)[1];
                byte[] body = service.raw().hearBytes(length);
                service.say("HTTP/1.1 200 OK\r\nX-Path: " + name + "\r\nContent-Length: " + length + "\r\n\r\n");
                service.raw().say(body);
            }
        });
        List<Future<?>> callers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CALLERS; i++) {
                int number = i;
                callers.add(threads.submit(() -> {
                    callTenTimes(number);
                    return null;
                }));
            }
            for (Future<?> caller : callers) {
                caller.get(120, TimeUnit.SECONDS);
            }
        }
        assertEquals(CALLERS * 10, origin.headsHeard());
    }

    private void callTenTimes(int number) throws IOException {
        Random random = new Random(number);
        try (Conversation caller = Conversation.with(path.port())) {
            for (int i = 0; i < 10; i++) {
                byte[] body = new byte[random.nextInt(9000)];
                random.nextBytes(body);
                String name = "/" + number + "/" + i;
                caller.say("POST " + name + " HTTP/1.1\r\nHost: o\r\nContent-Length: " + body.length + "\r\n\r\n");
                caller.say(body);
                assertTrue(caller.hearHead().contains("X-Path: " + name + "\r\n"));
                assertArrayEquals(body, caller.hearBytes(body.length));
            }
        }
    }

    @Test
    void aCallerThatDoesNotReadHoldsBackItsServiceAndNobodyElse() throws Exception {
        AtomicLong said = new AtomicLong();
        start(service -> {
            String head = service.head();
            if (head.startsWith("GET /small")) {
                service.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                service.raw().hearAll();
                return;
            }
            service.say("HTTP/1.1 200 OK\r\nContent-Length: " + (1L << 40) + "\r\n\r\n");
            byte[] piece = new byte[PIECE];
            while (true) {
                service.raw().say(piece);
                said.addAndGet(PIECE);
            }
        });
        long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
        try (Conversation slow = Conversation.withSmallBuffer(path.port())) {
            slow.say("GET /large HTTP/1.1\r\nHost: o\r\n\r\n").hearHead();
            awaitStandstill(said);

            try (Conversation quick = Conversation.with(path.port())) {
                quick.say("GET /small HTTP/1.1\r\nHost: o\r\n\r\n").hearHead();
                assertEquals("ok", quick.hear(2));
            }
            long used = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() - before;
            assertTrue(used < 32 << 20, used + " bytes of buffers");
        }
    }

    /// The service says no more for half a second.
    private void awaitStandstill(AtomicLong said) {
        long[] last = {-1, System.nanoTime()};
        path.await("a standstill", () -> {
            if (said.get() != last[0]) {
                last[0] = said.get();
                last[1] = System.nanoTime();
            }
            return System.nanoTime() - last[1] > 500_000_000L;
        });
    }
}
