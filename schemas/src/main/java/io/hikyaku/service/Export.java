package io.hikyaku.service;

import io.hikyaku.config.value.Rules;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.wire.registry.NodeDocument.ExportedService;
import io.hikyaku.wire.registry.ServiceTraits;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A service of this cluster that the others may call.
///
/// @param ports 1 to 32 together with the ones that are not carried, with different numbers and names
/// @param notCarried ports that are announced but that calls cannot be made to yet
/// @param pods ready pods that can be called singly, by their names: the same ports, each with the pod as its target
/// @param traits for the clusters that import it; its pods are the keys of `pods`
/// @param since when the export came to be; empty: when the bridge first has it
public record Export(
        ServiceName service,
        List<ExportPort> ports,
        List<NotCarried> notCarried,
        Map<String, List<ExportPort>> pods,
        ServiceTraits traits,
        Optional<Instant> since) {

    /// A port whose transport no bridge carries yet.
    ///
    /// @param name a DNS-1123 label, or empty
    /// @param transport `UDP` or `SCTP`
    public record NotCarried(String name, int port, String transport, Optional<String> appProtocol) {}

    public Export {
        ports = List.copyOf(ports);
        notCarried = List.copyOf(notCarried);
        pods = Map.copyOf(pods);
        int most = ExportedService.MAX_PORTS;
        int count = ports.size() + notCarried.size();
        new Rules()
                .require(count <= most, count + " ports; a service has " + most + " at most", "ports")
                .enforce();
    }

    /// A service about which nothing more is said.
    public Export(ServiceName service, List<ExportPort> ports) {
        this(service, ports, List.of(), Map.of(), ServiceTraits.NONE, Optional.empty());
    }
}
