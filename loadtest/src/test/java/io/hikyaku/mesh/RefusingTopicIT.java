package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.kafka.KafkaTopics;
import io.hikyaku.lab.Broker;
import io.hikyaku.lab.BrokerKind;
import io.hikyaku.loop.Await;
import io.hikyaku.mesh.Mesh.MeshBridge;
import io.hikyaku.status.NodeStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Topics that were not made by `kafka prepare`: as much works as can, and what does not is said.
@Timeout(120)
class RefusingTopicIT {
    private static final String ORDERS = "shop/orders";
    private static final String BODY = "x".repeat(200_000);

    @TempDir
    Path folder;

    private Mesh mesh;
    private Broker broker;
    private ScriptedService service;
    private MeshBridge tokyo;
    private MeshBridge osaka;

    @BeforeEach
    void open() throws Exception {
        mesh = new Mesh(folder);
        broker = BrokerKind.PROCESS.shared();
        mesh.prepareKafka(broker, "tokyo", "osaka");
        service = ScriptedService.following(caller -> {
            Talk.Head head = caller.hearHead();
            String sent = head.bodyBytes() < 0 ? "" : caller.hear((int) head.bodyBytes());
            String body = sent + BODY;
            caller.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        });
    }

    @AfterEach
    void close() throws Exception {
        mesh.close();
        service.close();
    }

    private void start() throws Exception {
        String links = "links:\n" + Mesh.linkTo(broker);
        osaka = mesh.bridge("osaka", links + Mesh.exports("http", Map.of(ORDERS, service.port())));
        tokyo = mesh.bridge("tokyo", links + Mesh.imports("http", ORDERS));
        tokyo.admin().awaitExporters(ORDERS, 1);
    }

    private void set(String cluster, String key, String value) throws Exception {
        ConfigResource topic =
                new ConfigResource(ConfigResource.Type.TOPIC, new KafkaTopics(mesh.name()).inbox(cluster));
        AlterConfigOp change = new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.incrementalAlterConfigs(Map.of(topic, List.of(change))).all().get();
            Await.until(
                    "it is set",
                    () -> admin.describeConfigs(List.of(topic))
                            .all()
                            .get()
                            .get(topic)
                            .get(key)
                            .value()
                            .equals(value));
        }
    }

    private Talk.Answer post() throws Exception {
        try (Talk caller = tokyo.to(ORDERS)) {
            caller.say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + BODY.length() + "\r\n\r\n" + BODY);
            return caller.hearAnswer();
        }
    }

    private int get() throws Exception {
        return tokyo.get(ORDERS, "/").status();
    }

    private static String saysOfKafka(MeshBridge bridge) throws Exception {
        return bridge.admin().status().links().stream()
                .map(NodeStatus.Link::lastError)
                .map(String::valueOf)
                .toList()
                .toString();
    }

    /// 0 for a call that was cut off, since a record in its middle was refused.
    private static int statusOrCut(Callable<Integer> call) throws Exception {
        try {
            return call.call();
        } catch (IOException cut) {
            return 0;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100_000, 20_000, 13_000, 9_000, 6_000})
    void packetsAreCutToWhatTheTopicsTakeAndNoCallIsLost(int bytes) throws Exception {
        // Given
        set("osaka", "max.message.bytes", Integer.toString(bytes));
        set("tokyo", "max.message.bytes", Integer.toString(bytes));
        start();

        // When
        Talk.Answer answer = post();

        // Then
        assertEquals(200, answer.status(), answer::body);
        assertEquals(2 * BODY.length(), answer.body().length());
        boolean limited = bytes < 17_408;
        for (MeshBridge bridge : List.of(tokyo, osaka)) {
            Await.until(
                    "it is said if it is so",
                    () -> saysOfKafka(bridge).contains("max.message.bytes is too small") == limited);
        }
        Await.until(
                "it is counted if it is so",
                () -> tokyo.admin().sum("hikyaku_kafka_records_refused_total") > 0 == limited);
    }

    @Test
    void aTopicThatIsMadeSmallerWhileItIsUsedWorksAgainAtOnce() throws Exception {
        // Given
        start();
        assertEquals(200, post().status());

        // When
        set("osaka", "max.message.bytes", "9000");

        // Then
        Await.until(
                "packets are cut",
                () -> statusOrCut(() -> post().status()) == 200
                        && saysOfKafka(tokyo).contains("too small"));
    }

    @Test
    void recordsThatAreRefusedForTheirTimeAreComplainedOfOnceAndPassWhenThatIsMended() throws Exception {
        // Given writers whose clocks are always behind
        set("osaka", "message.timestamp.type", "CreateTime");
        set("osaka", "message.timestamp.before.max.ms", "0");
        long begun = System.nanoTime();
        try (LogWatch log = new LogWatch("the broker refuses a record")) {
            start();

            // When
            Await.until("several are refused", () -> {
                statusOrCut(this::get);
                return tokyo.admin().sum("hikyaku_kafka_records_refused_total") > 5;
            });

            // Then once, and again once a minute
            long minutes = TimeUnit.NANOSECONDS.toMinutes(System.nanoTime() - begun);
            assertTrue(log.found() >= 1 && log.found() <= 1 + minutes, log.found() + " lines");

            // When
            mesh.prepareKafka(broker, "tokyo", "osaka");

            // Then
            Await.until("it is mended", () -> statusOrCut(this::get) == 200);
        }
    }

    @Test
    void aTopicThatTakesNoPacketsIsSaidCountedAndShown() throws Exception {
        // Given
        set("osaka", "cleanup.policy", "compact");
        start();

        // When
        int status = tokyo.get(ORDERS, "/").status();

        // Then
        assertEquals(503, status);
        Await.until("it is shown", () -> saysOfKafka(tokyo).contains("the broker refuses a record"));
        assertTrue(saysOfKafka(tokyo).contains("./hikyaku kafka prepare"), saysOfKafka(tokyo));
        Await.until("it is counted", () -> tokyo.admin().sum("hikyaku_kafka_records_refused_total") > 0);
        assertEquals(0, tokyo.admin().sum("hikyaku_kafka_packets_lost_total"));

        // When
        mesh.prepareKafka(broker, "tokyo", "osaka");

        // Then
        Await.until("it is mended", () -> statusOrCut(this::get) == 200);
        Await.until("it is said", () -> saysOfKafka(tokyo).equals("[null]"));
    }
}
