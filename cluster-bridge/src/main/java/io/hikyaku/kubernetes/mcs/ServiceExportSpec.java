package io.hikyaku.kubernetes.mcs;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What goes along with an exported service. Labels and annotations of the objects themselves never do.
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ServiceExportSpec(Map<String, String> exportedLabels, Map<String, String> exportedAnnotations) {
    public ServiceExportSpec(
            @Nullable Map<String, String> exportedLabels, @Nullable Map<String, String> exportedAnnotations) {
        this.exportedLabels = Map.copyOf(Objects.requireNonNullElse(exportedLabels, Map.of()));
        this.exportedAnnotations = Map.copyOf(Objects.requireNonNullElse(exportedAnnotations, Map.of()));
    }
}
