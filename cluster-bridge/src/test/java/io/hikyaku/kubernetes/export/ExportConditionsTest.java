package io.hikyaku.kubernetes.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.export.ExportOutcome.Exported;
import io.hikyaku.kubernetes.export.ExportOutcome.Failed;
import io.hikyaku.kubernetes.export.ExportOutcome.Invalid;
import io.hikyaku.kubernetes.mcs.McsCondition;
import io.hikyaku.kubernetes.merge.ClusterExport;
import io.hikyaku.kubernetes.merge.MergedService;
import io.hikyaku.service.Export;
import io.hikyaku.wire.registry.NodeDocument.Port;
import io.hikyaku.wire.registry.ServiceTraits;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExportConditionsTest {
    private static final ServiceName NAME = new ServiceName("shop", "orders");
    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");
    private static final Exported EXPORTED = new Exported(new Export(NAME, List.of()), List.of("a note"));
    private static final MergedService AGREED = merged(80);

    private static MergedService merged(int portOfB) {
        return MergedService.of(NAME, List.of(export("a", 80), export("b", portOfB)));
    }

    private static ClusterExport export(String cluster, int port) {
        return new ClusterExport(cluster, 1, List.of(new Port("p", port, "http")), ServiceTraits.NONE, true);
    }

    private static List<McsCondition> next(
            List<McsCondition> before, ExportOutcome outcome, Optional<String> announced, MergedService merged) {
        return ExportConditions.of(before, outcome, announced, Optional.of(merged), 3, NOW);
    }

    private static List<String> said(List<McsCondition> conditions) {
        return conditions.stream()
                .map(one -> one.type() + "=" + one.status() + "/" + one.reason())
                .toList();
    }

    @Test
    void anExportIsValidReadyAndWithoutConflict() {
        // When
        List<McsCondition> conditions = next(List.of(), EXPORTED, Optional.empty(), AGREED);

        // Then
        assertEquals(
                List.of("Valid=True/Valid", "Ready=True/Exported", "Conflict=False/NoConflicts"), said(conditions));
        assertTrue(conditions.getFirst().message().endsWith("; a note"));
        assertEquals(3, conditions.getFirst().observedGeneration());
    }

    @Test
    void itIsPendingWhileNobodyIsTold() {
        assertEquals(
                "Ready=False/Pending",
                said(next(List.of(), EXPORTED, Optional.of("no link"), AGREED)).get(1));
    }

    @Test
    void aConflictDoesNotMakeItUnready() {
        assertEquals(
                List.of("Valid=True/Valid", "Ready=True/Exported", "Conflict=True/PortConflict"),
                said(next(List.of(), EXPORTED, Optional.empty(), merged(81))));
    }

    @Test
    void whatIsInvalidOrFailsHasNoConflict() {
        // Given
        List<McsCondition> before = next(List.of(), EXPORTED, Optional.empty(), merged(81));

        // When, Then
        assertEquals(
                List.of("Valid=False/NoService", "Ready=False/Pending"),
                said(next(before, new Invalid("NoService", "none"), Optional.empty(), AGREED)));
        assertEquals(
                List.of("Valid=True/Valid", "Ready=False/Failed"),
                said(next(before, new Failed("no ports"), Optional.empty(), AGREED)));
    }

    @Test
    void theTimeOfATransitionChangesOnlyWithTheStatus() {
        // Given
        List<McsCondition> before = next(List.of(), EXPORTED, Optional.empty(), AGREED);
        Instant later = NOW.plusSeconds(60);

        // When
        List<McsCondition> same =
                ExportConditions.of(before, EXPORTED, Optional.empty(), Optional.of(AGREED), 3, later);
        List<McsCondition> other =
                ExportConditions.of(before, EXPORTED, Optional.empty(), Optional.of(merged(81)), 3, later);

        // Then
        assertEquals(before, same);
        assertEquals("2026-11-01T10:00:00Z", other.get(1).lastTransitionTime());
        assertEquals("2026-11-01T10:01:00Z", other.get(2).lastTransitionTime());
    }
}
