package io.hikyaku.kubernetes.mcs;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.SessionAffinityConfig;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An imported service.
///
/// @param type `ClusterSetIP` or `Headless`
/// @param ports may be empty, but is always written: the API requires the list
/// @param ips at most two; none if headless
/// @param ipFamilies at most two, in the order of the addresses
/// @param sessionAffinity `None` or `ClientIP`
/// @param internalTrafficPolicy `Cluster` or `Local`
/// @param trafficDistribution as of a Service
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ServiceImportSpec(
        String type,
        @JsonInclude(JsonInclude.Include.ALWAYS) List<Port> ports,
        List<String> ips,
        List<String> ipFamilies,
        @Nullable String sessionAffinity,
        @Nullable SessionAffinityConfig sessionAffinityConfig,
        @Nullable String internalTrafficPolicy,
        @Nullable String trafficDistribution) {
    public ServiceImportSpec(
            String type,
            @Nullable List<Port> ports,
            @Nullable List<String> ips,
            @Nullable List<String> ipFamilies,
            @Nullable String sessionAffinity,
            @Nullable SessionAffinityConfig sessionAffinityConfig,
            @Nullable String internalTrafficPolicy,
            @Nullable String trafficDistribution) {
        this.type = type;
        this.ports = List.copyOf(Objects.requireNonNullElse(ports, List.of()));
        this.ips = List.copyOf(Objects.requireNonNullElse(ips, List.of()));
        this.ipFamilies = List.copyOf(Objects.requireNonNullElse(ipFamilies, List.of()));
        this.sessionAffinity = sessionAffinity;
        this.sessionAffinityConfig = sessionAffinityConfig;
        this.internalTrafficPolicy = internalTrafficPolicy;
        this.trafficDistribution = trafficDistribution;
    }

    /// One of its ports.
    ///
    /// @param protocol `TCP` where absent
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Port(
            @Nullable String name,
            @Nullable String protocol,
            @Nullable String appProtocol,
            int port) {}
}
