package io.hikyaku.kubernetes.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.kubernetes.inspect.TracedCall.Parts;
import io.hikyaku.status.NodeStatus;
import io.hikyaku.status.NodeStatus.Channel;
import io.hikyaku.status.NodeStatus.Exporter;
import io.hikyaku.status.NodeStatus.Link;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// What replicas say, put together, and where calls go by that.
class TracedServiceTest {
    private static final JsonNode IMPORT = yaml("""
            metadata:
              namespace: shop
              name: orders
              annotations:
                multicluster.kubernetes.io/derived-service: derived-0
                hikyaku.io/listeners: "osaka/web-0:80=20002,80=20001"
            spec: {type: ClusterSetIP, ips: [10.96.0.7], ports: [{port: 80}]}
            status:
              clusters: [{cluster: osaka}, {cluster: edge}]
              conditions: [{type: Ready, status: "True", reason: Ready}]
            """);
    private static final JsonNode SLICE = yaml("""
            metadata: {labels: {multicluster.kubernetes.io/source-cluster: osaka}}
            ports: [{port: 20001}]
            endpoints: [{conditions: {ready: true}}, {conditions: {ready: false}}]
            """);

    @Test
    void theNearClusterIsChosenAndTheReasonIsItsCost() {
        // Given
        StatusFold bridges = fold(
                List.of(new Exporter("osaka", "01", true, 0), new Exporter("edge", "02", true, 0)),
                List.of(channel("01", "osaka", 3_000L), channel("02", "edge", 99_000L)));

        // When
        String text = new TracedService(IMPORT, List.of(SLICE), bridges).text(List.of(80));

        // Then
        assertEquals("""
                shop/orders: ClusterSetIP 10.96.0.7, Ready True
                name: orders.shop.svc.clusterset.local
                service: derived-0

                port 80, http, bridges listen at 20001
                CLUSTER  BRIDGES  ENDPOINTS READY  CALLS NOW  ROUND TRIP  PATH
                edge     1 of 1   0 of 0           0          99.00 ms    via relay-1
                osaka    1 of 1   1 of 2           0          3.00 ms     via relay-1
                calls go to osaka: costs least, 2.0 (edge 10.0)
                """, text);
    }

    @Test
    void equalsTakeTurnsAndAnUnhealthyOneGetsNothing() {
        // Given
        List<Channel> channels = List.of(channel("01", "osaka", 3_000L), channel("02", "edge", 3_500L));
        StatusFold equal =
                fold(List.of(new Exporter("osaka", "01", true, 0), new Exporter("edge", "02", true, 0)), channels);
        StatusFold one =
                fold(List.of(new Exporter("osaka", "01", false, 0), new Exporter("edge", "02", true, 0)), channels);
        StatusFold none = fold(List.of(new Exporter("osaka", "01", false, 0)), channels);

        // When
        String turns = new TracedService(IMPORT, List.of(), equal).text(List.of(80));
        String other = new TracedService(IMPORT, List.of(), one).text(List.of(80));
        String nobody = new TracedService(IMPORT, List.of(), none).text(List.of(80));

        // Then
        assertTrue(turns.contains("calls take turns: osaka, edge cost nearly the same"), turns);
        assertTrue(other.contains("calls go to edge: nobody else takes them"), other);
        assertTrue(nobody.contains("no cluster takes calls"), nobody);
    }

    @Test
    void theListenerOfAPodIsNotThatOfTheService() {
        // When
        TracedService traced = new TracedService(IMPORT, List.of(), new StatusFold(List.of()));

        // Then
        assertEquals(OptionalInt.of(20_001), traced.listener(80));
        assertEquals(OptionalInt.empty(), traced.listener(81));
    }

    @Test
    void replicasAreShownTogether() {
        // Given
        StatusFold bridges =
                fold(List.of(new Exporter("osaka", "01", true, 0)), List.of(channel("01", "osaka", 3_000L)));

        // When
        String text = bridges.text();

        // Then
        assertEquals("""
                bridge of cluster tokyo of mesh prod

                POD  READY  VERSION   KUBERNETES  EXPORTS  IMPORTS  FAILING
                a    yes    1.2.3     leader      1        2        0
                b    no     no route  -           -        -        -

                LINK     UP      ROUND TRIP  LAST ERROR
                tls://r  1 of 2  1.50 ms     refused

                CLUSTER  PATH         ROUND TRIP
                osaka    via relay-1  3.00 ms

                SERVICE         EXPORTED BY
                shop/orders:80  osaka

                left out: shop/stock: twice
                """, text);
    }

    @Test
    void countersSayWhichClusterAnsweredAndHowLongItTook() {
        // Given
        String metrics = """
                hikyaku_call_duration_seconds_count{peer="osaka",service="shop/orders:80",side="import"} 2
                hikyaku_call_duration_seconds_sum{peer="osaka",service="shop/orders:80",side="import"} 0.5
                hikyaku_call_first_byte_seconds_count{peer="osaka",service="shop/orders:80",side="import"} 2
                hikyaku_call_first_byte_seconds_sum{peer="osaka",service="shop/orders:80",side="import"} 2.5E-1
                hikyaku_call_duration_seconds_count{peer="osaka",service="shop/orders:80",side="export"} 9
                hikyaku_call_duration_seconds_count{peer="edge",service="shop/stock:80",side="import"} 9
                """;

        // When
        Map<String, Parts> parts = TracedCall.parts(metrics, "shop/orders:80");
        String text = new TracedCall(200, Duration.ofMillis(260), Duration.ofMillis(5), parts).text();

        // Then
        assertEquals(Map.of("osaka", new Parts(2, 0.25, 0.5)), parts);
        assertTrue(
                text.contains(
                        "answered by osaka: first byte after 125.00 ms, end after 250.00 ms (average of 2 calls)"),
                text);
    }

    private static Channel channel(String node, String cluster, long micros) {
        return new Channel(node, cluster, 0, "via relay-1", 0, micros, 0, 0);
    }

    private static StatusFold fold(List<Exporter> exporters, List<Channel> channels) {
        NodeStatus status = new NodeStatus(
                "bridge",
                "1.2.3",
                "prod",
                "spiffe://prod/cluster/tokyo",
                "00",
                1,
                true,
                List.of(),
                List.of(),
                List.of(
                        new Link("tls://r", true, true, "03", null, 1_500L, 0, null),
                        new Link("tls://r", true, false, null, null, null, 0, "refused")),
                List.of(new NodeStatus.Service("shop/orders", 80, "http", exporters)),
                List.of(),
                channels,
                NodeStatus.Streams.NONE,
                null,
                List.of(),
                new NodeStatus.Kubernetes(true, true, 1, 2, 0, 0, 9),
                List.of("shop/stock: twice"));
        return new StatusFold(List.of(
                new PodStatus(pod("a", "True"), Optional.of(status), ""),
                new PodStatus(pod("b", "False"), Optional.empty(), "no route")));
    }

    private static BridgePod pod(String name, String ready) {
        return new BridgePod(yaml(
                "{metadata: {name: " + name + "}, status: {conditions: [{type: Ready, status: '" + ready + "'}]}}"));
    }

    private static JsonNode yaml(String text) {
        return new YAMLMapper().readTree(text);
    }
}
