package io.hikyaku.kubernetes.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPortBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.export.ExportOutcome.Exported;
import io.hikyaku.kubernetes.export.ExportOutcome.Failed;
import io.hikyaku.kubernetes.export.ExportOutcome.Invalid;
import io.hikyaku.service.Export;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Quotes are of KEP-1645, "Exporting Services".
class ExportMappingTest {
    private static final ServiceName NAME = new ServiceName("shop", "orders");
    private static final Instant SINCE = Instant.parse("2026-11-01T10:00:00Z");
    private static final ServicePort HTTP = port("http", 80, "TCP", null);

    private static ServicePort port(String name, int number, String transport, String appProtocol) {
        return new ServicePortBuilder()
                .withName(name)
                .withPort(number)
                .withProtocol(transport)
                .withAppProtocol(appProtocol)
                .build();
    }

    private static ServiceBuilder service(ServicePort... ports) {
        return new ServiceBuilder()
                .withNewSpec()
                .withType("ClusterIP")
                .withClusterIP("10.96.0.1")
                .withIpFamilies("IPv4")
                .withInternalTrafficPolicy("Cluster")
                .withPorts(ports)
                .endSpec();
    }

    private static EndpointSlice slice(String family, String portName, int port, Endpoint... endpoints) {
        return new EndpointSliceBuilder()
                .withAddressType(family)
                .withPorts(new EndpointPortBuilder()
                        .withName(portName)
                        .withPort(port)
                        .build())
                .withEndpoints(endpoints)
                .build();
    }

    private static Endpoint at(String address) {
        return new EndpointBuilder().withAddresses(address).build();
    }

    private static Endpoint named(String address, String hostname) {
        return new EndpointBuilder()
                .withAddresses(address)
                .withHostname(hostname)
                .build();
    }

    private static Endpoint at(String address, Boolean ready, Boolean terminating) {
        return new EndpointBuilder()
                .withAddresses(address)
                .withNewConditions()
                .withReady(ready)
                .withTerminating(terminating)
                .endConditions()
                .build();
    }

    private static ExportOutcome outcome(Service service, EndpointSlice... slices) {
        return new ExportMapping(NAME, SINCE, Map.of(), Map.of()).outcome(service, false, List.of(slices));
    }

    private static Export exported(Service service, EndpointSlice... slices) {
        return assertInstanceOf(Exported.class, outcome(service, slices)).export();
    }

    private static List<String> targets(ExportPort port) {
        return port.target().stream().map(Object::toString).toList();
    }

    private static String reason(ExportOutcome outcome) {
        return assertInstanceOf(Invalid.class, outcome).reason();
    }

    private static String failure(ExportOutcome outcome) {
        return assertInstanceOf(Failed.class, outcome).message();
    }

    @Test
    void aServiceBecomesAnExportOfItsReadyEndpoints() {
        // When
        Export export = exported(
                service(HTTP).build(),
                slice(
                        "IPv4",
                        "http",
                        8080,
                        at("10.0.0.2"),
                        at("10.0.0.1", true, false),
                        at("10.0.0.3", false, false),
                        at("10.0.0.4", true, true),
                        at("10.0.0.5", null, null)),
                slice("IPv4", "http", 9090, at("10.0.0.6")),
                slice("IPv4", "other", 1, at("10.0.0.7")));

        // Then
        assertEquals(
                List.of("10.0.0.1:8080", "10.0.0.2:8080", "10.0.0.5:8080", "10.0.0.6:9090"),
                targets(export.ports().getFirst()));
        assertEquals(Optional.of(SINCE), export.since());
        assertEquals(Protocol.HTTP, export.ports().getFirst().protocol());
        assertEquals(80, export.ports().getFirst().port());
    }

    @Test
    void ofTwoFamiliesTheServicesFirstOneThatHasReadyEndpointsCounts() {
        // Given
        Service both = service(HTTP)
                .editSpec()
                .withIpFamilies("IPv6", "IPv4")
                .endSpec()
                .build();
        EndpointSlice four = slice("IPv4", "http", 80, at("10.0.0.1"));
        EndpointSlice six = slice("IPv6", "http", 80, at("fd00::1"));
        EndpointSlice unready = slice("IPv6", "http", 80, at("fd00::2", false, false));

        // When, Then
        assertEquals(1, exported(both, four, six).ports().getFirst().target().size());
        assertTrue(
                targets(exported(both, four, six).ports().getFirst()).getFirst().contains("fd00"));
        assertEquals(
                List.of("10.0.0.1:80"),
                targets(exported(both, four, unready).ports().getFirst()));
    }

    @Test
    void anEndpointWhoseAddressIsNoTargetIsAsIfItWereNotReady() {
        // When
        Export export = exported(
                service(HTTP).build(),
                slice("IPv4", "http", 80, at("not an address"), at("10.0.0.1"), at("10.0.0.1")),
                slice("FQDN", "http", 80, at("example.com")));

        // Then
        assertEquals(List.of("10.0.0.1:80"), targets(export.ports().getFirst()));
    }

    @Test
    void anUnnamedPortFindsItsUnnamedSlice() {
        assertEquals(
                List.of("10.0.0.1:7"),
                targets(exported(service(port(null, 7, "TCP", null)).build(), slice("IPv4", "", 7, at("10.0.0.1")))
                        .ports()
                        .getFirst()));
    }

    @Test
    void noMoreThanAThousandTargetsAreTaken() {
        Endpoint[] many = IntStream.range(0, 1500)
                .mapToObj(i -> at("10.0." + i / 250 + "." + i % 250))
                .toArray(Endpoint[]::new);
        assertEquals(
                ReadyEndpoints.MAX_TARGETS,
                exported(service(HTTP).build(), slice("IPv4", "http", 80, many))
                        .ports()
                        .getFirst()
                        .target()
                        .size());
    }

    /// "If the Service … does not exist", "ExternalName".
    @Test
    void whatCannotBeExportedIsNotValid() {
        assertEquals("NoService", reason(outcome(null)));
        assertEquals(
                "InvalidServiceType",
                reason(outcome(service(HTTP)
                        .editSpec()
                        .withType("ExternalName")
                        .endSpec()
                        .build())));
        assertEquals(
                "InvalidServiceType",
                reason(new ExportMapping(NAME, SINCE, Map.of(), Map.of())
                        .outcome(service(HTTP).build(), true, List.of())));
    }

    @Test
    void aServiceWithoutPortsOrWithTooManyFails() {
        assertTrue(failure(outcome(service().build())).contains("no ports"));
        ServicePort[] many = IntStream.rangeClosed(1, 33)
                .mapToObj(i -> port("p" + i, i, "TCP", null))
                .toArray(ServicePort[]::new);
        assertTrue(failure(outcome(service(many).build())).contains("33 ports; at most 32"));
    }

    @Test
    void portsThatAreNotCarriedAreAnnouncedAndNamed() {
        // When
        Exported exported = assertInstanceOf(
                Exported.class,
                outcome(service(port("dns", 53, "UDP", null), port("dns-tcp", 53, "TCP", null))
                        .build()));

        // Then
        assertEquals(53, exported.export().notCarried().getFirst().port());
        assertEquals("UDP", exported.export().notCarried().getFirst().transport());
        assertEquals("dns-tcp", exported.export().ports().getFirst().name());
        assertEquals(List.of("port 53/UDP is announced, but UDP is not carried yet"), exported.notes());
    }

    @Test
    void sessionAffinityIsTakenWithItsTimeoutOrKubernetessOwn() {
        // Given
        ServiceBuilder sticky =
                service(HTTP).editSpec().withSessionAffinity("ClientIP").endSpec();
        Service said = sticky.build()
                .edit()
                .editSpec()
                .withNewSessionAffinityConfig()
                .withNewClientIP()
                .withTimeoutSeconds(60)
                .endClientIP()
                .endSessionAffinityConfig()
                .endSpec()
                .build();
        Service headless =
                sticky.build().edit().editSpec().withClusterIP("None").endSpec().build();

        // When, Then
        assertEquals(Optional.of(10_800), exported(sticky.build()).traits().affinitySeconds());
        assertEquals(Optional.of(60), exported(said).traits().affinitySeconds());
        assertEquals(Optional.empty(), exported(headless).traits().affinitySeconds());
        assertEquals(Optional.empty(), exported(service(HTTP).build()).traits().affinitySeconds());
    }

    /// "headless services … hostname".
    @Test
    void readyPodsOfAHeadlessServiceAreExportedByTheirHostnames() {
        // Given
        Service headless =
                service(HTTP).editSpec().withClusterIP("None").endSpec().build();
        Endpoint unready =
                at("10.0.0.3", false, false).edit().withHostname("web-2").build();

        // When
        Export export = exported(
                headless,
                slice("IPv4", "http", 80, named("10.0.0.1", "web-0"), at("10.0.0.9"), unready),
                slice("IPv4", "http", 81, named("10.0.0.2", "web-1")));

        // Then
        assertTrue(export.traits().headless());
        assertEquals(List.of("web-0", "web-1"), export.traits().pods());
        assertEquals(Set.of("web-0", "web-1"), export.pods().keySet());
        assertEquals(List.of("10.0.0.2:81"), targets(export.pods().get("web-1").getFirst()));
        assertEquals(3, export.ports().getFirst().target().size());
    }

    /// "labels and annotations … from the ServiceExport's spec", which its definition does not check.
    @Test
    void labelsAndAnnotationsThatNoObjectCanHaveFail() {
        // Given
        Service any = service(HTTP).build();

        // When, Then
        for (Map<String, String> labels : List.of(
                Map.of("a b", "c"), Map.of("a", "b c"), Map.of("UP.example/a", "b"), Map.of("a", "x".repeat(64)))) {
            assertTrue(failure(new ExportMapping(NAME, SINCE, labels, Map.of()).outcome(any, false, List.of()))
                    .contains("exportedLabels"));
        }
        assertTrue(
                failure(new ExportMapping(NAME, SINCE, Map.of(), Map.of("a/b/c", "d")).outcome(any, false, List.of()))
                        .contains("exportedAnnotations"));
        assertInstanceOf(
                Exported.class,
                new ExportMapping(NAME, SINCE, Map.of("a.example/B_c", "", "tier", "x.Y"), Map.of("n", "any thing!"))
                        .outcome(any, false, List.of()));
    }

    @Test
    void moreLabelsThanAreCarriedFail() {
        Map<String, String> many = IntStream.range(0, 33).boxed().collect(Collectors.toMap(i -> "l" + i, i -> "v"));
        assertTrue(failure(new ExportMapping(NAME, SINCE, many, Map.of())
                        .outcome(service(HTTP).build(), false, List.of()))
                .contains("number of labels"));
    }
}
