package io.hikyaku.service;

import io.hikyaku.config.value.Rules;
import io.hikyaku.service.Target.Scheme;
import java.util.List;
import java.util.Optional;

/// A port of an exported service.
///
/// @param name a DNS-1123 label, as Kubernetes names ports; empty for the only unnamed one of a service
/// @param port that callers mean; it need not be a target's
/// @param target where the calls go, one of them for each call; none: nothing is ready
/// @param tls for `https://` targets; empty: as [TargetTls#DEFAULTS]
/// @param host what calls say in `Host` or `:authority`
/// @param via whether calls tell in `Via` which gateways they have passed; else a field of our own does
/// @param appProtocol what a Kubernetes Service says of it; for the clusters that import it
public record ExportPort(
        String name,
        int port,
        Protocol protocol,
        List<Target> target,
        Optional<TargetTls> tls,
        TargetHost host,
        boolean via,
        Optional<String> appProtocol) {

    public ExportPort {
        target = List.copyOf(target);
        boolean http = protocol == Protocol.HTTP;
        new Rules()
                .require(
                        http || target.stream().allMatch(one -> one.scheme() == Scheme.PLAIN),
                        "h2c:// and https:// are for protocol http; tcp carries bytes as they are, to host:port",
                        "target")
                .require(
                        tls.isEmpty()
                                || target.isEmpty()
                                || target.stream().anyMatch(one -> one.scheme() == Scheme.HTTPS),
                        "of use only with https:// targets",
                        "tls")
                .require(http || host.equals(TargetHost.KEEP), "of use only with protocol http", "host")
                .require(http || via, "of use only with protocol http", "via")
                .enforce();
    }

    /// Whether the two differ in their targets at most.
    public boolean equalsButForTarget(ExportPort other) {
        return name.equals(other.name)
                && port == other.port
                && protocol == other.protocol
                && tls.equals(other.tls)
                && host.equals(other.host)
                && via == other.via
                && appProtocol.equals(other.appProtocol);
    }

    /// A port with all defaults.
    public ExportPort(String name, int port, Protocol protocol, List<Target> target) {
        this(name, port, protocol, target, Optional.empty(), TargetHost.KEEP);
    }

    /// A port whose calls tell in `Via` what they have passed, as they do unless said otherwise.
    public ExportPort(
            String name, int port, Protocol protocol, List<Target> target, Optional<TargetTls> tls, TargetHost host) {
        this(name, port, protocol, target, tls, host, true);
    }

    /// A port about which no Service says anything.
    public ExportPort(
            String name,
            int port,
            Protocol protocol,
            List<Target> target,
            Optional<TargetTls> tls,
            TargetHost host,
            boolean via) {
        this(name, port, protocol, target, tls, host, via, Optional.empty());
    }
}
