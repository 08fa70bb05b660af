package io.hikyaku.call.observe.meter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.observe.Observation;
import io.hikyaku.call.observe.Observation.Side;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.hikyaku.wire.call.HttpFrame.Version;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CallBooksTest {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final CallBooks books = new CallBooks(registry, CallObservers.NONE);
    private final ServiceCalls calls = books.calls(Side.IMPORT, "shop/orders:80");

    private Observation answered(String peer, int status, Fields fields) {
        Observation call = calls.begin();
        call.onPeer(peer);
        call.onResponseHead(new ResponseHead(Version.HTTP_1_1, status, "", fields));
        return call;
    }

    @Test
    void countsByPeerOutcomeAndClassOfStatus() {
        // When
        answered("osaka", 204, Fields.NONE).finish("completed", 0);
        answered("osaka", 206, Fields.NONE).finish("completed", 0);
        answered("osaka", 999, Fields.NONE).finish("completed", 0);
        calls.begin().finish("unknown-service", 503);

        // Then
        String text = registry.scrape();
        assertTrue(
                text.contains(
                        "hikyaku_calls_total{outcome=\"completed\",peer=\"osaka\",service=\"shop/orders:80\",side=\"import\",status=\"2xx\"} 2.0"),
                text);
        assertTrue(
                text.contains(
                        "hikyaku_calls_total{outcome=\"completed\",peer=\"osaka\",service=\"shop/orders:80\",side=\"import\",status=\"none\"} 1.0"),
                text);
        assertTrue(
                text.contains(
                        "hikyaku_calls_total{outcome=\"unknown-service\",peer=\"none\",service=\"shop/orders:80\",side=\"import\",status=\"5xx\"} 1.0"),
                text);
    }

    @Test
    void timesCallsInBucketsFromAMillisecondToAMinute() {
        // When
        answered("osaka", 200, Fields.NONE).finish("completed", 0);

        // Then
        Set<Double> bounds = registry.scrape()
                .lines()
                .filter(line -> line.startsWith("hikyaku_call_duration_seconds_bucket"))
                .map(line -> line.replaceAll(".*le=\"([^\"]*)\".*", "$1"))
                .filter(bound -> !bound.equals("+Inf"))
                .map(Double::valueOf)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(
                Set.of(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0), bounds);
        assertTrue(registry.scrape().contains("hikyaku_call_first_byte_seconds_count"));
    }

    @Test
    void tellsBytesWhileACallLasts() {
        // Given
        Observation call = calls.begin();
        call.onPeer("osaka");

        // When
        call.onRequestBytes(40_000);
        call.onResponseBytes(30_000);
        double during = registry.get("hikyaku.call.request.bytes").counter().count();
        call.onResponseBytes(1);
        call.finish("completed", 0);

        // Then
        assertEquals(40_000, during);
        assertEquals(
                40_000, registry.get("hikyaku.call.request.bytes").counter().count());
        assertEquals(
                30_001, registry.get("hikyaku.call.response.bytes").counter().count());
    }

    @Test
    void moreClustersThanThereShouldBeShareALabel() {
        // When
        for (int i = 0; i < PeerLabels.MAX + 100; i++) {
            answered("cluster-" + i, 200, Fields.NONE).finish("completed", 0);
        }

        // Then
        Set<String> peers = registry.getMeters().stream()
                .map(Meter::getId)
                .flatMap(id -> id.getTags().stream())
                .filter(tag -> tag.getKey().equals("peer"))
                .map(Tag::getValue)
                .collect(Collectors.toSet());
        assertEquals(PeerLabels.MAX + 1, peers.size());
        assertEquals(
                100,
                registry.get("hikyaku.calls")
                        .tag("peer", PeerLabels.OTHER)
                        .counter()
                        .count());
    }

    @Test
    void noTextOfACallerIsALabel() {
        // Given
        Observation call = calls.begin();
        call.onCallerRequest(new RequestHead(
                Version.HTTP_1_1,
                "EVIL-METHOD",
                "http",
                "evil.host",
                "/evil/path",
                Fields.of("X-Request-Id", "evil-id")));

        // When
        call.finish("completed", 0);

        // Then
        String text = registry.scrape().toLowerCase(java.util.Locale.ROOT);
        assertTrue(!text.contains("evil"), text);
    }

    @Test
    void whatFailsIsNotWhatCallersDo() {
        // When
        answered("osaka", 200, Fields.NONE).finish("completed", 0);
        answered("osaka", 404, Fields.NONE).finish("completed", 0);
        answered("osaka", 200, Fields.NONE).finish("cancelled", Observation.CANCELLED_STATUS);
        answered("osaka", 500, Fields.NONE).finish("completed", 0);
        calls.begin().finish("unreachable", 503);

        // Then
        assertEquals(0.4, calls.lastMinute().failedShare(), 0.001);
        assertEquals(0, calls.inFlight());
    }

    @Test
    void aCallOfGrpcFailsByItsOwnStatus() {
        // Given
        Observation call = calls.begin();
        call.onCallerRequest(new RequestHead(
                Version.HTTP_2, "POST", "http", "o", "/a.B/c", Fields.of("content-type", "application/grpc")));
        call.onResponseHead(new ResponseHead(Version.HTTP_2, 200, "", Fields.NONE));

        // When
        call.onResponseTrailers(Fields.of("grpc-status", "14"));
        call.finish("completed", 0);

        // Then
        assertEquals(14, call.grpcStatus());
        assertEquals(1, calls.lastMinute().failedShare());
    }

    @Test
    void aServicePortHasItsBooksOnce() {
        assertEquals(calls, books.calls(Side.IMPORT, "shop/orders:80"));
        assertEquals(1, books.all().size());
        assertNotNull(registry.find("hikyaku.calls.in.flight").gauge());
    }
}
