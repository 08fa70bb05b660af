package io.hikyaku.kubernetes.imports;

import io.hikyaku.kubernetes.mcs.Conditions;
import io.hikyaku.kubernetes.mcs.McsApi;
import io.hikyaku.kubernetes.mcs.McsCondition;
import io.hikyaku.kubernetes.mcs.ServiceImport;
import io.hikyaku.kubernetes.mcs.ServiceImportStatus;
import io.hikyaku.kubernetes.merge.MergedService;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The status of a ServiceImport while it is brought up to date.
final class ImportConditions {
    /// What people should look at.
    ///
    /// @param reason of the condition `Ready`
    record Warning(String reason, String message) {}

    private static final String READY = "Ready";
    private static final int MAX_NAMED = 5;

    private final ServiceImport object;
    private final MergedService merged;
    private final Instant now;
    private @Nullable Warning warning;

    /// @param object as it is now
    ImportConditions(ServiceImport object, MergedService merged, Instant now) {
        this.object = object;
        this.merged = merged;
        this.now = now;
    }

    void derivedServiceIsSomebodyElses(String name) {
        warning = new Warning(
                "DerivedServiceConflict",
                "There is a Service named " + name + " already, which was not made by Hikyaku. The import needs one of "
                        + "that name: delete or rename it.");
    }

    /// Each port of the service needs one that the bridges listen on.
    void listeners(int wanted, int had) {
        if (had < wanted) {
            warning = new Warning(
                    "ListenerPortsExhausted",
                    (wanted - had) + " of " + wanted + " ports have no listener, since all ports of the bridge's range "
                            + "are taken: make kubernetes.ports larger, or import fewer services.");
        }
    }

    Optional<Warning> warning() {
        return Optional.ofNullable(warning);
    }

    /// The object with its status alone, to be applied.
    ServiceImport report(McsApi api) {
        ServiceImportStatus before = object.getStatus();
        List<McsCondition> conditions = before == null ? List.of() : before.conditions();
        Conditions next = new Conditions(
                conditions, Objects.requireNonNullElse(object.getMetadata().getGeneration(), 0L), now);
        Warning trouble = warning;
        if (trouble == null) {
            next.set(READY, true, READY, "exported by " + clusters());
        } else {
            next.set(READY, false, trouble.reason(), trouble.message());
        }
        ServiceImport reported =
                api.newImport(merged.name().namespace(), merged.name().name());
        reported.setStatus(new ServiceImportStatus(
                merged.clusterNames().stream()
                        .sorted()
                        .map(ServiceImportStatus.Exporter::new)
                        .toList(),
                next.all(),
                null));
        return reported;
    }

    private String clusters() {
        List<String> names = merged.clusterNames();
        String first = String.join(", ", names.subList(0, Math.min(MAX_NAMED, names.size())));
        return names.size() > MAX_NAMED ? first + " and " + (names.size() - MAX_NAMED) + " more" : first;
    }
}
