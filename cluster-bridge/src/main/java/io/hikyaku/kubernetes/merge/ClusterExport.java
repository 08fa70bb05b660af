package io.hikyaku.kubernetes.merge;

import io.hikyaku.wire.registry.NodeDocument.ExportedService;
import io.hikyaku.wire.registry.NodeDocument.Port;
import io.hikyaku.wire.registry.ServiceTraits;
import java.util.Comparator;
import java.util.List;

/// A service as one cluster exports it.
///
/// @param since when the export came to be, in milliseconds since 1970
/// @param reachable whether a path leads to one of the cluster's bridges now
public record ClusterExport(String cluster, long since, List<Port> ports, ServiceTraits traits, boolean reachable) {
    /// The oldest first; where two are of the same second, which is as exact as Kubernetes tells it, by name.
    static final Comparator<ClusterExport> OLDEST_FIRST =
            Comparator.comparingLong(ClusterExport::second).thenComparing(ClusterExport::cluster);

    private static final int MILLIS = 1000;

    public ClusterExport {
        ports = List.copyOf(ports);
    }

    public static ClusterExport of(String cluster, ExportedService service, boolean reachable) {
        return new ClusterExport(cluster, service.since(), service.ports(), service.traits(), reachable);
    }

    /// Whether it says what kind of service this is. A configuration file, for instance, says nothing of it.
    boolean hasTraits() {
        return !traits.equals(ServiceTraits.NONE);
    }

    /// Whether calls to the port would find a target there now.
    public boolean isReady(Port port) {
        return reachable && ports.stream().anyMatch(own -> own.ready() && isSamePort(own, port));
    }

    /// Whether the cluster exports the port, ready or not.
    public boolean has(Port port) {
        return ports.stream().anyMatch(own -> isSamePort(own, port));
    }

    private static boolean isSamePort(Port one, Port other) {
        return one.port() == other.port() && one.transport().equals(other.transport());
    }

    private long second() {
        return since / MILLIS;
    }
}
