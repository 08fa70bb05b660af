package io.hikyaku.config;

import io.hikyaku.config.Setting.Identity;
import java.util.List;
import java.util.function.Function;

/// A port of an exported service.
///
/// @param name a DNS-1123 label, as Kubernetes names ports
/// @param port that callers mean; it need not be a target's
/// @param target where the calls go; one at least, one of them for each call
public record ExportPort(String name, int port, Protocol protocol, List<Target> target) {

    public ExportPort {
        target = List.copyOf(target);
    }

    static ExportPort read(Setting setting) {
        Section section = setting.section();
        var name = section.required("name", Setting::name);
        var port = section.required("port", Setting::port);
        var protocol = section.required("protocol", value -> value.choice(Protocol.class));
        var target = section.required(
                "target",
                value -> value.oneOrMore(
                        item -> item.parsed(Target::parse), new Identity<>("the same target as", Function.identity())));
        return section.build(() -> new ExportPort(name.get(), port.get(), protocol.get(), target.get()));
    }
}
