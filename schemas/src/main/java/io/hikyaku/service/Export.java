package io.hikyaku.service;

import io.hikyaku.config.value.Rules;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.wire.registry.NodeDocument.ExportedService;
import java.util.List;

/// A service of this cluster that the others may call.
///
/// @param ports 1 to 32, with different numbers and names
public record Export(ServiceName service, List<ExportPort> ports) {

    public Export {
        ports = List.copyOf(ports);
        int most = ExportedService.MAX_PORTS;
        new Rules()
                .require(ports.size() <= most, ports.size() + " ports; a service has " + most + " at most", "ports")
                .enforce();
    }
}
