package io.hikyaku.kubernetes.mcs;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// A condition in the status of an export or import, as Kubernetes has them everywhere.
///
/// @param type such as `Ready`
/// @param status `True`, `False` or `Unknown`
/// @param reason one word in CamelCase, or several joined by commas
/// @param message for people; at most 32,768 characters
/// @param lastTransitionTime when the status became what it is, in RFC 3339
/// @param observedGeneration of the object that this was said of
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record McsCondition(
        String type,
        String status,
        String reason,
        String message,
        String lastTransitionTime,
        @Nullable Long observedGeneration) {}
