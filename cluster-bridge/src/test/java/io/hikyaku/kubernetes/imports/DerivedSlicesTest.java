package io.hikyaku.kubernetes.imports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.imports.DerivedSlices.PodAddress;
import io.hikyaku.kubernetes.listeners.ListenerKey;
import io.hikyaku.kubernetes.merge.ClusterExport;
import io.hikyaku.kubernetes.merge.MergedService;
import io.hikyaku.service.Import.Pod;
import io.hikyaku.wire.registry.NodeDocument.Port;
import io.hikyaku.wire.registry.ServiceTraits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Quotes are of KEP-1645, "EndpointSlice".
class DerivedSlicesTest {
    private static final ServiceName WEB = ServiceName.parse("shop/web");
    private static final Port HTTP = new Port("http", 80, "http");
    private static final Port ADMIN = new Port("admin", 81, "http");
    private static final Port DNS = new Port("dns", 53, "udp");
    private static final BridgeEndpoint READY = bridge("10.0.0.1", "IPv4", true, false);
    private static final SortedMap<ListenerKey, Integer> LISTENERS =
            new TreeMap<>(Map.of(ListenerKey.of(80), 20_001, ListenerKey.of(81), 20_002));

    private static BridgeEndpoint bridge(String address, String family, boolean ready, boolean terminating) {
        return new BridgeEndpoint(
                address, family, ready, true, terminating, Optional.of("node-1"), Optional.of("zone-1"));
    }

    private static ClusterExport export(String cluster, Port... ports) {
        return new ClusterExport(cluster, 1, List.of(ports), ServiceTraits.NONE, true);
    }

    private static DerivedSlices slices(List<BridgeEndpoint> bridges, List<String> down, ClusterExport... exports) {
        return new DerivedSlices(
                MergedService.of(WEB, List.of(exports)), LISTENERS, bridges, down, new OwnerReference());
    }

    private static List<String> ports(EndpointSlice slice) {
        return slice.getPorts().stream()
                .map(port -> port.getName() + "=" + port.getPort())
                .toList();
    }

    /// "Each EndpointSlice … endpoints of exactly one cluster"; traffic for a port goes only where it is exported.
    @Test
    void eachClusterHasASliceOfItsOwnWithThePortsThatItExports() {
        // When
        List<EndpointSlice> all = slices(
                        List.of(READY), List.of(), export("osaka", HTTP, DNS), export("tokyo", HTTP, ADMIN))
                .toBridges();

        // Then
        assertEquals(List.of("http=20001"), ports(all.getFirst()));
        assertEquals(List.of("http=20001", "admin=20002"), ports(all.get(1)));
        assertEquals(
                List.of("osaka", "tokyo"),
                all.stream()
                        .map(slice -> slice.getMetadata().getLabels().get(Ownership.SOURCE_CLUSTER))
                        .toList());
        Map<String, String> labels = all.getFirst().getMetadata().getLabels();
        assertEquals("web", labels.get("multicluster.kubernetes.io/service-name"));
        assertEquals(DerivedName.of(WEB), labels.get("kubernetes.io/service-name"));
        assertEquals("endpointslice-controller.hikyaku.io", labels.get("endpointslice.kubernetes.io/managed-by"));
    }

    @Test
    void eachAddressFamilyHasASlice() {
        // When
        List<EndpointSlice> all = slices(
                        List.of(READY, bridge("fd00::1", "IPv6", true, false)), List.of(), export("osaka", HTTP))
                .toBridges();

        // Then
        assertEquals(
                List.of("IPv4", "IPv6"),
                all.stream().map(EndpointSlice::getAddressType).toList());
        assertEquals(
                2,
                all.stream()
                        .map(slice -> slice.getMetadata().getName())
                        .distinct()
                        .count());
    }

    @Test
    void anEndpointIsReadyWhereTheBridgeAndTheClusterAre() {
        // Given
        Port unready = new Port("http", 80, "http", Optional.empty(), false);
        List<BridgeEndpoint> bridges = List.of(READY, bridge("10.0.0.2", "IPv4", false, true));

        // When
        List<Endpoint> usual = slices(bridges, List.of(), export("osaka", HTTP))
                .toBridges()
                .getFirst()
                .getEndpoints();
        List<Endpoint> down = slices(bridges, List.of("osaka"), export("osaka", HTTP))
                .toBridges()
                .getFirst()
                .getEndpoints();
        List<Endpoint> empty = slices(bridges, List.of(), export("osaka", unready))
                .toBridges()
                .getFirst()
                .getEndpoints();

        // Then
        assertEquals(
                List.of(true, false),
                usual.stream().map(one -> one.getConditions().getReady()).toList());
        assertTrue(usual.get(1).getConditions().getServing());
        assertTrue(usual.get(1).getConditions().getTerminating());
        assertEquals("zone-1", usual.getFirst().getZone());
        for (List<Endpoint> each : List.of(down, empty)) {
            assertTrue(each.stream().noneMatch(one -> one.getConditions().getReady()));
            assertTrue(each.getFirst().getConditions().getServing());
        }
    }

    @Test
    void podsOfAHeadlessServiceKeepTheirHostnames() {
        // When
        List<EndpointSlice> all = slices(List.of(READY), List.of(), export("osaka", HTTP))
                .toPods(List.of(
                        new PodAddress(new Pod("osaka", "web-0"), "10.96.0.1", "IPv4"),
                        new PodAddress(new Pod("osaka", ""), "10.96.0.2", "IPv4"),
                        new PodAddress(new Pod("elsewhere", "web-0"), "10.96.0.3", "IPv4")));

        // Then
        List<Endpoint> endpoints = all.getFirst().getEndpoints();
        assertEquals(1, all.size());
        assertEquals("web-0", endpoints.getFirst().getHostname());
        assertNull(endpoints.get(1).getHostname());
        assertEquals(2, endpoints.size());
        assertEquals(List.of("http=80"), ports(all.getFirst()));
    }

    @Test
    void aPortWithoutAListenerIsLeftOut() {
        Port more = new Port("more", 99, "http");
        assertEquals(
                List.of("http=20001"),
                ports(slices(List.of(READY), List.of(), export("osaka", HTTP, more))
                        .toBridges()
                        .getFirst()));
    }

    @Test
    void anUnreadySliceIsTheSameButForItsReadiness() {
        // Given
        EndpointSlice slice = slices(List.of(READY), List.of(), export("osaka", HTTP))
                .toBridges()
                .getFirst();

        // When
        EndpointSlice unready = DerivedSlices.unready(slice);

        // Then
        assertFalse(Differences.isSame(unready, slice));
        assertTrue(Differences.isSame(unready, DerivedSlices.unready(unready)));
        assertFalse(unready.getEndpoints().getFirst().getConditions().getReady());
        assertTrue(unready.getEndpoints().getFirst().getConditions().getServing());
        assertEquals(slice.getPorts(), unready.getPorts());
    }
}
