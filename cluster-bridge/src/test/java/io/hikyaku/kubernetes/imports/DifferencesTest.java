package io.hikyaku.kubernetes.imports;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.merge.ClusterExport;
import io.hikyaku.kubernetes.merge.MergedService;
import io.hikyaku.wire.registry.NodeDocument.Port;
import io.hikyaku.wire.registry.ServiceTraits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DifferencesTest {
    private static final OwnerReference OWNER =
            DerivedServices.owner("multicluster.x-k8s.io/v1beta1", ServiceName.parse("shop/web"), "uid-1");

    private static Service wanted(ServiceTraits traits, Port... ports) {
        ClusterExport export = new ClusterExport("osaka", 1, List.of(ports), traits, true);
        return DerivedServices.whole(MergedService.of(ServiceName.parse("shop/web"), List.of(export)), OWNER);
    }

    private static ServiceTraits affinity(int seconds) {
        return new ServiceTraits(
                false,
                Optional.of(seconds),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Map.of(),
                Map.of(),
                List.of());
    }

    private static Service plain() {
        return wanted(ServiceTraits.NONE, new Port("http", 80, "http"));
    }

    /// As the API server gives back what was applied.
    private static ServiceBuilder stored(Service applied) {
        return applied.edit()
                .editMetadata()
                .withResourceVersion("7")
                .addToLabels("added", "by somebody")
                .addToAnnotations("added", "too")
                .endMetadata()
                .editSpec()
                .withClusterIP("10.96.0.1")
                .withClusterIPs("10.96.0.1")
                .withIpFamilies("IPv4")
                .withIpFamilyPolicy("SingleStack")
                .withInternalTrafficPolicy("Cluster")
                .editFirstPort()
                .withNewTargetPort(80)
                .endPort()
                .endSpec();
    }

    @Test
    void whatTheServerFillsInAndOthersAddIsNoDifference() {
        assertTrue(Differences.isSame(plain(), stored(plain()).build()));
    }

    @Test
    void whatIsMissingOrOtherIsADifference() {
        // Given
        Service now = stored(plain()).build();

        // When, Then
        assertFalse(Differences.isSame(plain(), (Service) null));
        assertFalse(Differences.isSame(wanted(ServiceTraits.NONE, new Port("http", 81, "http")), now));
        assertFalse(Differences.isSame(wanted(ServiceTraits.NONE, new Port("web", 80, "http")), now));
        assertFalse(Differences.isSame(
                wanted(ServiceTraits.NONE, new Port("http", 80, "http", Optional.of("http"), true)), now));
        assertFalse(Differences.isSame(wanted(affinity(60), new Port("http", 80, "http")), now));
        assertFalse(Differences.isSame(
                plain(),
                stored(plain())
                        .editMetadata()
                        .withLabels(Map.of())
                        .endMetadata()
                        .build()));
        assertFalse(Differences.isSame(
                plain(),
                stored(plain())
                        .editMetadata()
                        .editFirstOwnerReference()
                        .withUid("of an earlier one")
                        .endOwnerReference()
                        .endMetadata()
                        .build()));
    }

    @Test
    void aServiceKeepsItsAddressOrItsLackOfOne() {
        Service headless =
                plain().edit().editSpec().withClusterIP("None").endSpec().build();
        assertTrue(Differences.isOfAnotherKind(headless, stored(plain()).build()));
        assertFalse(Differences.isOfAnotherKind(plain(), stored(plain()).build()));
    }

    @Test
    void otherTimeoutsDiffer() {
        Port http = new Port("http", 80, "http");
        assertFalse(Differences.isSame(
                wanted(affinity(60), http), stored(wanted(affinity(61), http)).build()));
        assertTrue(Differences.isSame(
                wanted(affinity(60), http), stored(wanted(affinity(60), http)).build()));
    }

    @Test
    void aHeadlessServiceOfBothFamiliesBecomesOneOfOne() {
        // Given
        Service headless = wanted(
                new ServiceTraits(
                        true,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Map.of(),
                        Map.of(),
                        List.of()),
                new Port("http", 80, "http"));
        Service both = stored(headless)
                .editSpec()
                .withIpFamilies("IPv4", "IPv6")
                .withIpFamilyPolicy("RequireDualStack")
                .endSpec()
                .build();

        // When, Then
        assertFalse(Differences.isSame(headless, both));
        assertTrue(Differences.isSame(headless, stored(headless).build()));
    }
}
