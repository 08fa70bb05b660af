package io.hikyaku.kubernetes.control;

import io.fabric8.kubernetes.api.model.Service;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.export.ExportConditions;
import io.hikyaku.kubernetes.export.ExportMapping;
import io.hikyaku.kubernetes.export.ExportOutcome;
import io.hikyaku.kubernetes.export.ExportOutcome.Exported;
import io.hikyaku.kubernetes.imports.ObjectWriter;
import io.hikyaku.kubernetes.imports.Ownership;
import io.hikyaku.kubernetes.mcs.Conditions;
import io.hikyaku.kubernetes.mcs.McsApi;
import io.hikyaku.kubernetes.mcs.McsCondition;
import io.hikyaku.kubernetes.mcs.ServiceExport;
import io.hikyaku.kubernetes.mcs.ServiceExportSpec;
import io.hikyaku.kubernetes.mcs.ServiceExportStatus;
import io.hikyaku.service.Export;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What this cluster exports: one outcome for each ServiceExport. For any thread; one at a time for each service.
final class ExportControl {
    private final ClusterCache cache;
    private final Map<ServiceName, ExportOutcome> outcomes = new ConcurrentHashMap<>();

    ExportControl(ClusterCache cache) {
        this.cache = cache;
    }

    /// Looks at a service again.
    ///
    /// @return whether what is exported has changed
    boolean look(ServiceName service) {
        ServiceExport object = cache.exports.get(service.namespace(), service.name());
        ExportOutcome now = object == null ? null : outcome(service, object);
        ExportOutcome before = now == null ? outcomes.remove(service) : outcomes.put(service, now);
        return !Objects.equals(exported(before), exported(now));
    }

    private static @Nullable Exported exported(@Nullable ExportOutcome outcome) {
        return outcome instanceof Exported one ? one : null;
    }

    /// All of it, in the order of names.
    List<Export> all() {
        return outcomes.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .flatMap(entry -> entry.getValue() instanceof Exported one ? Stream.of(one.export()) : Stream.empty())
                .toList();
    }

    private ExportOutcome outcome(ServiceName service, ServiceExport object) {
        List<String> missing = cache.missingForExports();
        if (!missing.isEmpty()) {
            return new ExportOutcome.Failed("the bridge of this cluster may not read " + String.join(" and ", missing));
        }
        ServiceExportSpec spec = Objects.requireNonNullElse(object.getSpec(), new ServiceExportSpec(null, null));
        Service of = cache.services.get(service.namespace(), service.name());
        return new ExportMapping(
                        service,
                        Instant.parse(object.getMetadata().getCreationTimestamp()),
                        spec.exportedLabels(),
                        spec.exportedAnnotations())
                .outcome(
                        of,
                        of != null && Ownership.isOurs(of),
                        cache.slicesOf(service.namespace(), service.name()).stream()
                                .filter(slice -> !Ownership.isOurs(slice))
                                .toList());
    }

    /// Writes the status of a ServiceExport, as it was looked at last, if it is not as it should be.
    void report(ServiceName service, McsApi api, MeshState mesh, ObjectWriter writer, Clock clock) {
        ServiceExport object = cache.exports.get(service.namespace(), service.name());
        ExportOutcome outcome = outcomes.get(service);
        if (object == null || outcome == null || object.getMetadata().getDeletionTimestamp() != null) {
            return;
        }
        List<McsCondition> before = conditions(object.getStatus());
        List<McsCondition> next = ExportConditions.of(
                before,
                outcome,
                mesh.isConnected()
                        ? Optional.empty()
                        : Optional.of("this cluster's bridge has no link to the mesh now"),
                mesh.exports().merged(service),
                Objects.requireNonNullElse(object.getMetadata().getGeneration(), 0L),
                clock.instant());
        if (!next.equals(before)) {
            ServiceExport reported = api.newExport(service.namespace(), service.name());
            reported.setStatus(new ServiceExportStatus(next));
            writer.applyStatus(reported);
            warnOfNews(object, before, next, writer);
        }
    }

    private static void warnOfNews(
            ServiceExport object, List<McsCondition> before, List<McsCondition> next, ObjectWriter writer) {
        for (McsCondition condition : next) {
            boolean bad = condition.status().equals("True") == condition.type().equals("Conflict");
            boolean news = !Conditions.holds(before, condition.type()).equals(Conditions.holds(next, condition.type()));
            if (bad && news && !condition.reason().equals("Pending")) {
                writer.warn(object, condition.reason().split(",")[0], condition.message());
            }
        }
    }

    private static List<McsCondition> conditions(@Nullable ServiceExportStatus status) {
        return status == null ? List.of() : status.conditions();
    }
}
