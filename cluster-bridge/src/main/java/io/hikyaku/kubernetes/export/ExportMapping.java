package io.hikyaku.kubernetes.export;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.export.ExportOutcome.Exported;
import io.hikyaku.kubernetes.export.ExportOutcome.Failed;
import io.hikyaku.kubernetes.export.ExportOutcome.Invalid;
import io.hikyaku.service.Export;
import io.hikyaku.service.Export.NotCarried;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.TargetHost;
import io.hikyaku.wire.registry.NodeDocument.ExportedService;
import io.hikyaku.wire.registry.ServiceTraits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Makes an export of a Service (KEP-1645, "Exporting Services").
///
/// @param since when the ServiceExport was created
/// @param labels that the ServiceExport asks for; those of the Service are its own affair
/// @param annotations likewise
public record ExportMapping(
        ServiceName name, Instant since, Map<String, String> labels, Map<String, String> annotations) {
    private static final Pattern KEY =
            Pattern.compile("(?:(?=.{1,253}/)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*/)?"
                    + "[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
    private static final Pattern LABEL_VALUE = Pattern.compile("(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?");
    private static final String HEADLESS = "None";
    private static final String CLIENT_IP = "ClientIP";
    private static final String EXTERNAL_NAME = "ExternalName";
    private static final String TCP = "TCP";
    /// What Kubernetes takes where a Service does not say it.
    private static final int DEFAULT_AFFINITY_SECONDS = 10_800;

    /// @param service null: there is none
    /// @param made whether the Service was made by a bridge for what others export
    /// @param slices of the Service
    public ExportOutcome outcome(@Nullable Service service, boolean made, Collection<EndpointSlice> slices) {
        if (service == null) {
            return new Invalid("NoService", "there is no Service named " + name.name() + " in this namespace");
        }
        ServiceSpec spec = service.getSpec();
        if (EXTERNAL_NAME.equals(spec.getType())) {
            return new Invalid(
                    "InvalidServiceType", "a Service of type ExternalName has no endpoints, and cannot be exported");
        }
        if (made) {
            return new Invalid(
                    "InvalidServiceType",
                    "this Service stands for what other clusters export, and is not exported again");
        }
        List<ServicePort> ports = spec.getPorts();
        if (ports.isEmpty()) {
            return new Failed("the Service has no ports; only connections to ports can be carried");
        }
        if (ports.size() > ExportedService.MAX_PORTS) {
            return new Failed("the Service has " + ports.size() + " ports; at most " + ExportedService.MAX_PORTS
                    + " of a service are carried");
        }
        Optional<String> unusable = unusableKey();
        if (unusable.isPresent()) {
            return new Failed(unusable.get());
        }
        try {
            return exported(spec, new ReadyEndpoints(slices, spec.getIpFamilies()));
        } catch (IllegalArgumentException beyondLimits) {
            return new Failed(String.valueOf(beyondLimits.getMessage()));
        }
    }

    /// The definition of ServiceExport lets anything pass, but no API server takes a ServiceImport with it.
    private Optional<String> unusableKey() {
        for (Map.Entry<String, String> label : labels.entrySet()) {
            if (!KEY.matcher(label.getKey()).matches()
                    || !LABEL_VALUE.matcher(label.getValue()).matches()) {
                return Optional.of("exportedLabels has '" + label.getKey() + "=" + label.getValue()
                        + "', which no object can have as a label");
            }
        }
        return annotations.keySet().stream()
                .filter(key -> !KEY.matcher(key.toLowerCase(Locale.ROOT)).matches())
                .findFirst()
                .map(key -> "exportedAnnotations has '" + key + "', which no object can have as an annotation");
    }

    private Exported exported(ServiceSpec spec, ReadyEndpoints endpoints) {
        List<ExportPort> carried = new ArrayList<>();
        List<NotCarried> notCarried = new ArrayList<>();
        for (ServicePort port : spec.getPorts()) {
            if (TCP.equals(transport(port))) {
                carried.add(port(port, endpoints, null));
            } else {
                notCarried.add(new NotCarried(
                        nameOf(port), port.getPort(), transport(port), Optional.ofNullable(port.getAppProtocol())));
            }
        }
        boolean headless = HEADLESS.equals(spec.getClusterIP());
        Map<String, List<ExportPort>> pods = headless ? pods(spec, endpoints) : Map.of();
        ServiceTraits traits = traits(spec, headless, List.copyOf(new TreeMap<>(pods).keySet()));
        Export export = new Export(name, carried, notCarried, pods, traits, Optional.of(since));
        return new Exported(export, notes(notCarried));
    }

    private static Map<String, List<ExportPort>> pods(ServiceSpec spec, ReadyEndpoints endpoints) {
        Map<String, List<ExportPort>> pods = new TreeMap<>();
        for (String hostname : endpoints.hostnames(ServiceTraits.MAX_PODS)) {
            pods.put(
                    hostname,
                    spec.getPorts().stream()
                            .filter(port -> TCP.equals(transport(port)))
                            .map(port -> port(port, endpoints, hostname))
                            .toList());
        }
        return pods;
    }

    private static ExportPort port(ServicePort port, ReadyEndpoints endpoints, @Nullable String hostname) {
        PortProtocol spoken = PortProtocol.of(port.getAppProtocol(), port.getName());
        return new ExportPort(
                nameOf(port),
                port.getPort(),
                spoken.protocol(),
                endpoints.targets(port.getName(), spoken.scheme(), hostname),
                Optional.empty(),
                TargetHost.KEEP,
                true,
                Optional.ofNullable(port.getAppProtocol()));
    }

    private ServiceTraits traits(ServiceSpec spec, boolean headless, List<String> pods) {
        return new ServiceTraits(
                headless,
                affinity(spec, headless),
                Optional.ofNullable(spec.getInternalTrafficPolicy()),
                Optional.ofNullable(spec.getTrafficDistribution()),
                spec.getIpFamilies(),
                labels,
                annotations,
                pods);
    }

    /// It has no meaning for a headless Service (KEP-1645).
    private static Optional<Integer> affinity(ServiceSpec spec, boolean headless) {
        if (headless || !CLIENT_IP.equals(spec.getSessionAffinity())) {
            return Optional.empty();
        }
        boolean said = spec.getSessionAffinityConfig() != null
                && spec.getSessionAffinityConfig().getClientIP() != null
                && spec.getSessionAffinityConfig().getClientIP().getTimeoutSeconds() != null;
        return Optional.of(
                said ? spec.getSessionAffinityConfig().getClientIP().getTimeoutSeconds() : DEFAULT_AFFINITY_SECONDS);
    }

    private static List<String> notes(List<NotCarried> notCarried) {
        return notCarried.stream()
                .map(port -> "port " + port.port() + "/" + port.transport() + " is announced, but " + port.transport()
                        + " is not carried yet")
                .toList();
    }

    private static String nameOf(ServicePort port) {
        return Objects.requireNonNullElse(port.getName(), "");
    }

    private static String transport(ServicePort port) {
        return Objects.requireNonNullElse(port.getProtocol(), TCP);
    }
}
