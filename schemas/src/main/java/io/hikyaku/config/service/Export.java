package io.hikyaku.config.service;

import io.hikyaku.config.value.Rules;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;
import io.hikyaku.config.yaml.Setting.Identity;
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

    public static Export read(Setting setting) {
        Section section = setting.section();
        var service = section.required("service", value -> value.parsed(ServiceName::parse));
        var ports = section.required(
                "ports",
                value -> value.someOf(
                        ExportPort::read,
                        new Identity<>("the same port as", ExportPort::port),
                        new Identity<>("the same name as", ExportPort::name)));
        return section.build(() -> new Export(service.get(), ports.get()));
    }
}
