package io.hikyaku.kubernetes.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.value.ServiceName;
import io.hikyaku.wire.registry.NodeDocument.Port;
import io.hikyaku.wire.registry.ServiceTraits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Quotes are of KEP-1645, "Constraints and Conflict Resolution".
class MergedServiceTest {
    private static final ServiceName NAME = new ServiceName("shop", "orders");
    private static final Port HTTP = new Port("http", 80, "http");
    private static final Port SQL = new Port("sql", 5432, "tcp");
    private static final ServiceTraits PLAIN = traits(false, Optional.empty(), Map.of(), Map.of());

    private static ServiceTraits traits(
            boolean headless, Optional<Integer> affinity, Map<String, String> labels, Map<String, String> annotations) {
        return new ServiceTraits(
                headless,
                affinity,
                Optional.of("Cluster"),
                Optional.empty(),
                List.of("IPv4"),
                labels,
                annotations,
                List.of());
    }

    private static ServiceTraits policies(String internal, String distribution) {
        return new ServiceTraits(
                false,
                Optional.empty(),
                Optional.of(internal),
                Optional.of(distribution),
                List.of("IPv4"),
                Map.of(),
                Map.of(),
                List.of());
    }

    private static ClusterExport export(String cluster, long second, ServiceTraits traits, Port... ports) {
        return new ClusterExport(cluster, second * 1000, List.of(ports), traits, true);
    }

    private static List<String> reasons(MergedService merged) {
        return merged.conflicts().stream().map(Conflict::reason).toList();
    }

    @Test
    void equalExportsDoNotConflict() {
        // When
        MergedService merged =
                MergedService.of(NAME, List.of(export("a", 1, PLAIN, HTTP, SQL), export("b", 2, PLAIN, SQL, HTTP)));

        // Then
        assertEquals(List.of(), merged.conflicts());
        assertEquals(List.of("a", "b"), merged.clusterNames());
        assertEquals(List.of(HTTP, SQL), merged.ports());
    }

    static Stream<Arguments> disagreements() {
        return Stream.of(
                Arguments.of("TypeConflict", traits(true, Optional.empty(), Map.of(), Map.of()), PLAIN),
                Arguments.of("SessionAffinityConflict", traits(false, Optional.of(10), Map.of(), Map.of()), PLAIN),
                Arguments.of(
                        "SessionAffinityConfigConflict",
                        traits(false, Optional.of(10), Map.of(), Map.of()),
                        traits(false, Optional.of(20), Map.of(), Map.of())),
                Arguments.of("LabelsConflict", traits(false, Optional.empty(), Map.of("a", "b"), Map.of()), PLAIN),
                Arguments.of("AnnotationsConflict", traits(false, Optional.empty(), Map.of(), Map.of("a", "b")), PLAIN),
                Arguments.of("InternalTrafficPolicyConflict", policies("Local", "x"), policies("Cluster", "x")),
                Arguments.of("TrafficDistributionConflict", policies("Local", "x"), policies("Local", "y")));
    }

    /// "the conflict resolution policy … precedence is given to the oldest ServiceExport", for "every global
    /// property".
    @ParameterizedTest
    @MethodSource("disagreements")
    void theOldestExportDecidesAndTheConflictIsNamed(String reason, ServiceTraits older, ServiceTraits newer) {
        // When
        MergedService merged =
                MergedService.of(NAME, List.of(export("a", 2, newer, HTTP), export("b", 1, older, HTTP)));

        // Then
        assertEquals(older, merged.traits());
        assertEquals(List.of(reason), reasons(merged));
        String message = merged.conflicts().getFirst().message();
        assertTrue(message.endsWith("from oldest service export in \"b\". 1/2 clusters disagree."), message);
    }

    @Test
    void ofTwoExportsOfTheSameSecondTheClusterNameDecides() {
        // Given
        ClusterExport late = new ClusterExport("a", 5_900, List.of(HTTP), PLAIN, true);
        ClusterExport early = new ClusterExport("b", 5_100, List.of(SQL), PLAIN, true);

        // When, Then
        assertEquals(
                List.of("a", "b"), MergedService.of(NAME, List.of(early, late)).clusterNames());
    }

    /// "the union of the ports": "if ports conflict … the oldest … will be used".
    @Test
    void portsAreTheUnionAndTheOlderDefinitionWins() {
        // Given
        Port web = new Port("web", 80, "http");
        Port http = new Port("http", 8080, "http");
        Port dns = new Port("dns", 80, "udp", Optional.empty(), false);

        // When
        MergedService merged = MergedService.of(
                NAME, List.of(export("b", 2, PLAIN, web, http, SQL, dns), export("a", 1, PLAIN, HTTP)));

        // Then: web has the number of http, http its name; dns has another transport
        assertEquals(List.of(HTTP, SQL, dns), merged.ports());
        assertEquals(List.of("PortConflict"), reasons(merged));
        assertTrue(merged.conflicts().getFirst().message().contains("1/2 clusters disagree"));
    }

    @Test
    void everyOrderComesToTheSameResult() {
        // Given
        List<ClusterExport> exports = new ArrayList<>(List.of(
                export("a", 3, PLAIN, HTTP),
                export("b", 1, traits(true, Optional.empty(), Map.of("x", "y"), Map.of()), SQL),
                export("c", 1, PLAIN, HTTP, SQL)));
        MergedService first = MergedService.of(NAME, exports);

        for (int i = 0; i < 6; i++) {
            // When
            Collections.rotate(exports, 1);
            Collections.swap(exports, 0, i % 2 + 1);

            // Then
            assertEquals(first, MergedService.of(NAME, exports));
        }
    }

    @Test
    void aClusterThatSaysNothingOfTheServiceDisagreesOnlyAboutPorts() {
        // Given
        ServiceTraits gold = traits(false, Optional.of(60), Map.of("tier", "gold"), Map.of());

        // When
        MergedService merged = MergedService.of(
                NAME, List.of(export("file", 1, ServiceTraits.NONE, HTTP), export("b", 2, gold, HTTP)));

        // Then
        assertEquals(List.of(), merged.conflicts());
        assertEquals(gold, merged.traits());
    }

    @Test
    void aPortIsReadyWhereItsClusterIsReachableAndHasATarget() {
        // Given
        Port unready = new Port("http", 80, "http", Optional.empty(), false);
        ClusterExport lost = new ClusterExport("a", 1, List.of(HTTP), PLAIN, false);

        // When, Then
        assertTrue(export("a", 1, PLAIN, HTTP).isReady(HTTP));
        assertTrue(!export("a", 1, PLAIN, unready).isReady(HTTP) && !lost.isReady(HTTP));
        assertTrue(lost.has(HTTP) && !lost.has(SQL));
    }
}
