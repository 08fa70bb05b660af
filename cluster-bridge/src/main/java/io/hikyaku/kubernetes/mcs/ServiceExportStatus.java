package io.hikyaku.kubernetes.mcs;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// @param conditions one of each type
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ServiceExportStatus(List<McsCondition> conditions) {
    public ServiceExportStatus(@Nullable List<McsCondition> conditions) {
        this.conditions = List.copyOf(Objects.requireNonNullElse(conditions, List.of()));
    }
}
