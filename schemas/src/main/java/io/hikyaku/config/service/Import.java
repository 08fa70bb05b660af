package io.hikyaku.config.service;

import io.hikyaku.config.value.ServiceName;
import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;
import io.hikyaku.config.yaml.Setting.Identity;
import java.util.List;

/// A service of any cluster that programs of this one may call.
///
/// @param ports one at least, with different numbers
public record Import(ServiceName service, List<ImportPort> ports) {

    public Import {
        ports = List.copyOf(ports);
    }

    public static Import read(Setting setting) {
        Section section = setting.section();
        var service = section.required("service", value -> value.parsed(ServiceName::parse));
        var ports = section.required(
                "ports", value -> value.someOf(ImportPort::read, new Identity<>("the same port as", ImportPort::port)));
        return section.build(() -> new Import(service.get(), ports.get()));
    }
}
