package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.loop.Await;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/// What unmodified programs see of each other across clusters, whatever lies between them.
@Timeout(120)
abstract class CallsBetweenClusters {
    private static final long BULK = 64L << 20;
    private static final int CALLERS = 200;

    @TempDir
    static Path folder;

    private static @Nullable TwoClusters mesh;

    @Parameter
    Carrier carrier;

    @BeforeParameterizedClassInvocation
    static void start(Carrier carrier) throws Exception {
        mesh = TwoClusters.over(carrier::open, folder);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        TwoClusters started = mesh;
        mesh = null;
        if (started != null) { // not where there is no broker of that kind
            started.close();
        }
    }

    @Test
    void keepsHostOrderAndDuplicatesOfFields() throws Exception {
        List<String> fields = List.of("Host: shop.example:8080", "X-Second: 1", "x-first: 2", "X-Second: 3");
        try (Talk caller = mesh.toOrders()) {

            // When
            caller.say("GET /head?q=%20a&b HTTP/1.1\r\n" + String.join("\r\n", fields) + "\r\n\r\n");
            Talk.Answer answer = caller.hearAnswer();

            // Then
            List<String> heard = answer.body().lines().toList();
            assertEquals("GET /head?q=%20a&b HTTP/1.1", heard.getFirst());
            assertEquals(fields, heard.stream().filter(fields::contains).toList());
        }
    }

    @Test
    void carriesABodyThereAndBack() throws Exception {
        String body = "é".repeat(5000);
        try (Talk caller = mesh.toOrders()) {

            // When
            Talk.Answer answer = post(caller, body);

            // Then
            assertEquals(200, answer.status());
            assertEquals(body, answer.body());
        }
    }

    @Test
    void answersWithoutBodyEndAtTheirHead() throws Exception {
        try (Talk caller = mesh.toOrders()) {
            // When
            caller.say("HEAD /name HTTP/1.1\r\nHost: a\r\n\r\n");
            Talk.Head head = caller.hearHead();
            caller.say("GET /none HTTP/1.1\r\nHost: a\r\n\r\n");
            Talk.Head none = caller.hearHead();
            caller.say("GET /unchanged HTTP/1.1\r\nHost: a\r\n\r\n");
            Talk.Head unchanged = caller.hearHead();
            Talk.Answer next = caller.get("/name");

            // Then
            assertEquals("5", head.field("Content-Length"));
            assertEquals(204, none.status());
            assertEquals("yes", none.field("X-Kept"));
            assertEquals(304, unchanged.status());
            assertEquals("\"v1\"", unchanged.field("ETag"));
            assertEquals("osaka", next.body());
        }
    }

    @Test
    void chunkedBodiesFlowBothWaysAtOnce() throws Exception {
        try (Talk caller = mesh.toOrders()) {
            // When
            caller.say("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .sayChunk("first");
            Talk.Head head = caller.hearHead();
            String first = caller.hearChunk();
            caller.sayChunk("second").sayChunk("");
            String second = caller.hearChunk();
            String last = caller.hearChunk();

            // Then
            assertTrue(head.isChunked());
            assertEquals(List.of("first", "second", ""), List.of(first, second, last));
        }
    }

    @Test
    void downloadsALargeFileUnchanged() throws Exception {
        String sent = HttpScript.Bulk.sum(new HttpScript.Bulk(BULK), BULK);
        try (Talk caller = mesh.toOrders()) {

            // When
            caller.say("GET /download/" + BULK + " HTTP/1.1\r\nHost: a\r\n\r\n");
            Talk.Head head = caller.hearHead();
            String heard = HttpScript.Bulk.sum(caller.in(), BULK);

            // Then
            assertEquals(BULK, head.bodyBytes());
            assertEquals(sent, heard);
        }
    }

    @Test
    void uploadsALargeFileUnchanged() throws Exception {
        String sent = HttpScript.Bulk.sum(new HttpScript.Bulk(BULK), BULK);
        try (Talk caller = mesh.toOrders()) {

            // When
            caller.say("PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: " + BULK + "\r\n\r\n");
            new HttpScript.Bulk(BULK).transferTo(caller.out());
            Talk.Answer answer = caller.hearAnswer();

            // Then
            assertEquals(sent, answer.body());
        }
    }

    @Test
    void mixesNoCallersUp() throws Exception {
        List<Future<Integer>> callers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {

            // When
            for (int caller = 0; caller < CALLERS; caller++) {
                int seed = caller;
                callers.add(threads.submit(() -> ownAnswers(seed)));
            }

            // Then
            for (Future<Integer> caller : callers) {
                assertEquals(5, caller.get(60, TimeUnit.SECONDS));
            }
        }
    }

    private static int ownAnswers(int seed) throws Exception {
        Random random = new Random(seed);
        int own = 0;
        try (Talk caller = mesh.toOrders()) {
            for (int call = 0; call < 5; call++) {
                String body = seed + ":" + call + ":"
                        + Long.toHexString(random.nextLong()).repeat(random.nextInt(200));
                own += post(caller, body).body().equals(body) ? 1 : 0;
            }
        }
        return own;
    }

    @Test
    void aServerMaySpeakFirst() throws Exception {
        // Given
        mesh.tcp.follow(service -> {
            service.say("ready\n");
            service.say(service.hear(4).toUpperCase(java.util.Locale.ROOT));
        });
        try (Talk caller = mesh.toLine()) {

            // When
            String greeting = caller.hear(6);
            String rest = caller.say("ping").hearAll();

            // Then
            assertEquals("ready\n", greeting);
            assertEquals("PING", rest);
        }
    }

    @Test
    void theCallerMayStopSpeakingAndHearAll() throws Exception {
        // Given
        mesh.tcp.follow(service -> {
            String heard = service.hearAll();
            service.say("heard " + heard.length());
        });
        try (Talk caller = mesh.toLine()) {

            // When
            caller.say("x".repeat(100_000)).sayEnd();
            String rest = caller.hearAll();

            // Then
            assertEquals("heard 100000", rest);
        }
    }

    @Test
    void theServiceMayStopSpeakingAndHearAll() throws Exception {
        // Given
        CompletableFuture<String> heard = new CompletableFuture<>();
        mesh.tcp.follow(service -> {
            service.say("that was all").sayEnd();
            heard.complete(service.hearAll());
        });
        try (Talk caller = mesh.toLine()) {

            // When
            String all = caller.hearAll();
            caller.say("one more thing").sayEnd();

            // Then
            assertEquals("that was all", all);
            assertEquals("one more thing", heard.get(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void aResetOfTheServiceIsNoCleanEnd() throws Exception {
        // Given
        mesh.tcp.follow(service -> {
            service.say("so far");
            service.hear(2);
            service.reset();
        });
        try (Talk caller = mesh.toLine()) {
            assertEquals("so far", caller.hear(6));

            // When
            caller.say("go");

            // Then
            assertTrue(caller.hearReset());
        }
    }

    @Test
    void aResetOfTheCallerIsNoCleanEnd() throws Exception {
        // Given
        mesh.tcp.follow(service -> {
            service.say("ready");
            service.hearAll();
        });
        try (Talk caller = mesh.toLine()) {
            caller.hear(5);

            // When
            caller.reset();

            // Then
            assertTrue(mesh.tcp.takeEnding().contains("reset"));
        }
    }

    @Test
    void theServiceLearnsThatItsCallerHasLeft() throws Exception {
        // Given
        ScriptedService service = mesh.tcp;
        service.follow(caller -> new HttpScript.Bulk(1L << 40).transferTo(caller.out()));
        double before = mesh.osaka.admin().sum("hikyaku_calls_in_flight");
        try (Talk caller = mesh.toLine();
                Talk download = mesh.toOrders()) {
            caller.hear(100_000);
            download.say("GET /download/" + (1L << 40) + " HTTP/1.1\r\nHost: a\r\n\r\n")
                    .hear(100_000);
        }

        // When: both have left

        // Then
        assertNotEquals("done", service.takeEnding());
        Await.until("the download has ended", () -> mesh.osaka.admin().sum("hikyaku_calls_in_flight") <= before);
    }

    @Test
    void balancesRequestsOverAllExportersTheOwnClusterIncludedAsTheNearOneFills() throws Exception {
        List<Talk> callers = new ArrayList<>();
        try {
            // When
            Await.until("both clusters have a request", () -> {
                Talk caller = mesh.toBoth();
                callers.add(caller);
                caller.say("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nnot all of it");
                Await.until(
                        "it has got somewhere", () -> exported(mesh.osaka) + exported(mesh.tokyo) == callers.size());
                return exported(mesh.osaka) > 0 && exported(mesh.tokyo) > 0;
            });

            // Then
            assertTrue(callers.size() <= 100, callers.size() + " calls were needed");
        } finally {
            for (Talk caller : callers) {
                caller.reset();
            }
        }
    }

    private static double exported(Mesh.MeshBridge cluster) throws Exception {
        return cluster.admin().sum("hikyaku_calls_in_flight", "side=\"export\"", "shop/both");
    }

    @Test
    void leavesNothingBehind() throws Exception {
        // Given
        mesh.tcp.follow(service -> service.say(service.hear(4)));
        try (Talk whole = mesh.toOrders();
                Talk aborted = mesh.toOrders();
                Talk line = mesh.toLine();
                Talk cut = mesh.toLine()) {
            post(whole, "whole");
            aborted.say("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nnot all of it");
            line.say("ping").hearAll();
            cut.say("p");
            Await.until("a call is under way", () -> mesh.osaka.admin().sum("hikyaku_calls_in_flight") >= 2);

            // When
            aborted.reset();
            cut.reset();
        }

        // Then
        mesh.tokyo.admin().awaitQuiet();
        mesh.osaka.admin().awaitQuiet();
    }

    private static Talk.Answer post(Talk caller, String body) throws Exception {
        caller.say("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        return caller.hearAnswer();
    }
}
