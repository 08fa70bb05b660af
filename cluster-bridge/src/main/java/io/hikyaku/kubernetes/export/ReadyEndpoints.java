package io.hikyaku.kubernetes.export;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.hikyaku.config.value.HostPort;
import io.hikyaku.service.Target;
import io.hikyaku.service.Target.Scheme;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The endpoints of a Service that take new calls: ready, and not terminating. Where the Service has both address
/// families, those of the first family that has any, since a pod's two addresses are not two pods.
final class ReadyEndpoints {
    /// Most targets of one port; more add nothing that callers would notice.
    static final int MAX_TARGETS = 1000;

    private final List<EndpointSlice> slices;

    /// @param slices of the Service, in any order
    /// @param families in the Service's order, as it writes them
    ReadyEndpoints(Collection<EndpointSlice> slices, List<String> families) {
        List<EndpointSlice> chosen = List.of();
        for (String family : families.isEmpty() ? List.of("IPv4", "IPv6") : families) {
            if (chosen.stream().noneMatch(ReadyEndpoints::hasReady)) {
                chosen = slices.stream()
                        .filter(slice -> family.equals(slice.getAddressType()))
                        .toList();
            }
        }
        this.slices = chosen;
    }

    /// Where calls of a port go, in the order of their addresses.
    ///
    /// @param portName as the Service names it; null and empty are the same
    List<Target> targets(@Nullable String portName, Scheme scheme) {
        return targets(portName, scheme, null);
    }

    /// The same for one pod.
    List<Target> targets(@Nullable String portName, Scheme scheme, @Nullable String hostname) {
        TreeSet<String> seen = new TreeSet<>();
        List<Target> targets = new ArrayList<>();
        for (EndpointSlice slice : slices) {
            Integer number = number(slice, portName);
            for (Endpoint endpoint : slice.getEndpoints()) {
                boolean meant = hostname == null || hostname.equals(endpoint.getHostname());
                if (number != null && meant && isReady(endpoint) && seen.size() < MAX_TARGETS) {
                    endpoint.getAddresses().stream()
                            .limit(1) // those after the first have no meaning (EndpointSlice API)
                            .filter(seen::add)
                            .forEach(address -> add(targets, scheme, address, number));
                }
            }
        }
        targets.sort((one, other) -> one.toString().compareTo(other.toString()));
        return targets;
    }

    /// The names under which single pods can be called: those that have one and are ready.
    List<String> hostnames(int most) {
        Map<String, Boolean> names = new TreeMap<>();
        for (EndpointSlice slice : slices) {
            for (Endpoint endpoint : slice.getEndpoints()) {
                if (endpoint.getHostname() != null && isReady(endpoint)) {
                    names.put(endpoint.getHostname(), true);
                }
            }
        }
        return names.keySet().stream().limit(most).toList();
    }

    private static boolean hasReady(EndpointSlice slice) {
        return slice.getEndpoints().stream().anyMatch(ReadyEndpoints::isReady);
    }

    /// Not said means ready (EndpointSlice API).
    private static boolean isReady(Endpoint endpoint) {
        EndpointConditions conditions = endpoint.getConditions();
        return conditions == null
                || !Boolean.FALSE.equals(conditions.getReady()) && !Boolean.TRUE.equals(conditions.getTerminating());
    }

    private static @Nullable Integer number(EndpointSlice slice, @Nullable String portName) {
        for (EndpointPort port : slice.getPorts()) {
            if (Objects.requireNonNullElse(port.getName(), "").equals(Objects.requireNonNullElse(portName, ""))) {
                return port.getPort();
            }
        }
        return null;
    }

    /// An address that no target may have is as if it were not ready.
    private static void add(List<Target> targets, Scheme scheme, String address, int port) {
        try {
            targets.add(new Target(
                    scheme, new HostPort(InetAddress.ofLiteral(address).getHostAddress(), port)));
        } catch (IllegalArgumentException unusable) {
            return;
        }
    }
}
