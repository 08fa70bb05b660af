package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Transfers that fill every queue there is: none of them is cut, and no small call beside them, over whatever way and
/// however little may wait in a link.
class BulkTransfersIT {
    private static final int MIB = 1 << 20;
    private static final int[] TOGETHER = {1, 2, 4, 8, 16, 32, 64};
    private static final int ALL_TOGETHER = 64 * MIB;
    /// A busy machine may be silent for a while, which is not what is tested here.
    private static final String PATIENT =
            "limits: { link: { deadAfter: 30s }, channel: { gapTimeout: 30s, deadAfter: 30s }%s }\n";

    private static final String SMALL_QUEUES = ", route: { linkQueue: 1MiB, pauseAbove: 100KiB, resumeBelow: 8KiB }";

    @TempDir
    Path folder;

    private Mesh mesh;

    @BeforeEach
    void open() throws Exception {
        mesh = new Mesh(folder);
    }

    @AfterEach
    void close() throws Exception {
        mesh.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = Carrier.class,
            names = {"ONE_RELAY", "HUB_CLUSTER", "KAFKA"})
    void noneIsCutHoweverManyRunAtOnce(Carrier carrier) throws Exception {
        everyNumberOf(carrier.open(mesh), "");
    }

    @ParameterizedTest
    @EnumSource(
            value = Carrier.class,
            names = {"ONE_RELAY", "KAFKA"})
    void noneIsCutWhereLinksMayHoldNextToNothing(Carrier carrier) throws Exception {
        everyNumberOf(carrier.open(mesh), SMALL_QUEUES);
    }

    @Test
    void noneIsCutWhereKafkasClientMayHoldNextToNothing() throws Exception {
        Carrier.Links links = Carrier.KAFKA.open(mesh);
        String small = ", properties: { buffer.memory: \"1048576\" } }\n";
        everyNumberOf(Carrier.Links.both(links.caller().replace(" }\n", small)), "");
    }

    /// @param more of the bridges' limits
    private void everyNumberOf(Carrier.Links links, String more) throws Exception {
        String limits = PATIENT.formatted(more);
        // Given
        try (ScriptedService bulk = ScriptedService.following(new HttpScript("bulk"))) {
            Mesh.MeshBridge osaka = mesh.bridge(
                    "osaka", links.exporter() + limits + Mesh.exports("http", Map.of("shop/bulk", bulk.port())));
            Mesh.MeshBridge tokyo = mesh.bridge("tokyo", links.caller() + limits + Mesh.imports("", "shop/bulk"));
            tokyo.admin().awaitExporters("shop/bulk", 1);
            for (int together : TOGETHER) {
                int bytes = ALL_TOGETHER / 2 / Math.max(8, together);
                String sum = HttpScript.Bulk.sum(new HttpScript.Bulk(bytes), bytes);
                // When, Then
                allSucceed(tokyo, "download", together, () -> download(tokyo, bytes, sum));
                allSucceed(tokyo, "upload", together, () -> upload(tokyo, bytes, sum));
            }
            assertNoneDropped(tokyo);
            assertNoneDropped(osaka);
        }
    }

    private static void assertNoneDropped(Mesh.MeshBridge bridge) throws Exception {
        assertEquals(0, bridge.admin().sum("hikyaku_route_dropped_packets_total", "queue-full"));
        assertEquals(0, bridge.admin().sum("hikyaku_kafka_packets_lost_total"));
        bridge.admin().awaitNoCalls();
    }

    private static void allSucceed(Mesh.MeshBridge tokyo, String what, int together, Callable<String> transfer)
            throws Exception {
        List<Future<String>> running = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        Traffic small = Traffic.of(tokyo, "shop/bulk", 2);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < together; i++) {
                running.add(callers.submit(transfer));
            }
            for (Future<String> one : running) {
                String outcome = one.get();
                if (!outcome.isEmpty()) {
                    failed.add(outcome);
                }
            }
        }
        failed.addAll(small.stop());
        assertEquals(List.of(), failed, together + " times " + what);
    }

    /// Returns what went wrong, or nothing.
    private static String download(Mesh.MeshBridge bridge, int bytes, String sum) throws Exception {
        try (Talk caller = bridge.to("shop/bulk")) {
            Talk.Head head = caller.say("GET /download/" + bytes + " HTTP/1.1\r\nHost: bulk\r\n\r\n")
                    .hearHead();
            if (head.status() != 200) {
                return head.firstLine() + " " + head.field("Proxy-Status");
            }
            return HttpScript.Bulk.sum(caller.in(), bytes).equals(sum) ? "" : "other bytes";
        } catch (IOException cut) {
            return String.valueOf(cut.getMessage());
        }
    }

    private static String upload(Mesh.MeshBridge bridge, int bytes, String sum) throws Exception {
        try (Talk caller = bridge.to("shop/bulk")) {
            caller.say("POST /upload HTTP/1.1\r\nHost: bulk\r\nContent-Length: " + bytes + "\r\n\r\n");
            new HttpScript.Bulk(bytes).transferTo(caller.out());
            Talk.Answer answer = caller.hearAnswer();
            boolean whole = answer.status() == 200 && answer.body().equals(sum);
            return whole ? "" : answer.head().firstLine() + " " + answer.body();
        } catch (IOException cut) {
            return String.valueOf(cut.getMessage());
        }
    }
}
