package io.hikyaku.kubernetes.mcs;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How an import fares.
///
/// @param clusters that export the service
/// @param conditions one of each type
/// @param endpointSliceObjects `Present` or `Absent`; definitions older than 0.5.2 do not know it, and an API server
///     that has them refuses to apply it
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ServiceImportStatus(
        List<Exporter> clusters,
        List<McsCondition> conditions,
        @Nullable String endpointSliceObjects) {
    public ServiceImportStatus(
            @Nullable List<Exporter> clusters,
            @Nullable List<McsCondition> conditions,
            @Nullable String endpointSliceObjects) {
        this.clusters = List.copyOf(Objects.requireNonNullElse(clusters, List.of()));
        this.conditions = List.copyOf(Objects.requireNonNullElse(conditions, List.of()));
        this.endpointSliceObjects = endpointSliceObjects;
    }

    /// @param cluster its id, one DNS label
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Exporter(String cluster) {}
}
