package io.hikyaku.kubernetes.export;

import io.hikyaku.kubernetes.export.ExportOutcome.Exported;
import io.hikyaku.kubernetes.export.ExportOutcome.Failed;
import io.hikyaku.kubernetes.export.ExportOutcome.Invalid;
import io.hikyaku.kubernetes.mcs.Conditions;
import io.hikyaku.kubernetes.mcs.McsCondition;
import io.hikyaku.kubernetes.merge.Conflict;
import io.hikyaku.kubernetes.merge.MergedService;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The conditions of a ServiceExport (KEP-1645, `ServiceExportStatus`): Valid, Ready and Conflict.
public final class ExportConditions {
    private static final String VALID = "Valid";
    private static final String READY = "Ready";
    private static final String CONFLICT = "Conflict";

    private ExportConditions() {}

    /// @param before the conditions now; where a status does not change, nor does the time of its transition
    /// @param announced why the mesh does not know of the export yet; empty: it does
    /// @param merged what all clusters make of the service; empty: not known yet
    /// @param generation of the ServiceExport
    public static List<McsCondition> of(
            List<McsCondition> before,
            ExportOutcome outcome,
            Optional<String> announced,
            Optional<MergedService> merged,
            long generation,
            Instant now) {
        Conditions conditions = new Conditions(before, generation, now);
        switch (outcome) {
            case Invalid(String reason, String message) -> {
                conditions.set(VALID, false, reason, message);
                conditions.set(READY, false, "Pending", "the ServiceExport is not valid");
                conditions.remove(CONFLICT);
            }
            case Failed(String message) -> {
                conditions.set(VALID, true, VALID, "the Service can be exported");
                conditions.set(READY, false, "Failed", message);
                conditions.remove(CONFLICT);
            }
            case Exported(var export, List<String> notes) -> {
                conditions.set(VALID, true, VALID, said("the Service is exported", notes));
                if (announced.isEmpty()) {
                    conditions.set(READY, true, "Exported", said("all clusters of the mesh are told", notes));
                } else {
                    conditions.set(READY, false, "Pending", announced.get());
                }
                setConflict(conditions, merged);
            }
        }
        return conditions.all();
    }

    private static void setConflict(Conditions conditions, Optional<MergedService> merged) {
        List<Conflict> conflicts = merged.map(MergedService::conflicts).orElse(List.of());
        if (conflicts.isEmpty()) {
            conditions.set(CONFLICT, false, "NoConflicts", "all clusters that export the service agree");
        } else {
            conditions.set(
                    CONFLICT,
                    true,
                    conflicts.stream().map(Conflict::reason).collect(Collectors.joining(",")),
                    conflicts.stream().map(Conflict::message).collect(Collectors.joining(" ")));
        }
    }

    private static String said(String text, List<String> notes) {
        List<String> all = new ArrayList<>(List.of(text));
        all.addAll(notes);
        return String.join("; ", all);
    }
}
