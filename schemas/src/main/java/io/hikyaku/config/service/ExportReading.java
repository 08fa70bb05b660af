package io.hikyaku.config.service;

import io.hikyaku.config.value.HostPort;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;
import io.hikyaku.config.yaml.Setting.Identity;
import io.hikyaku.service.Export;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import io.hikyaku.service.TargetHost;
import io.hikyaku.service.TargetTls;
import java.util.function.Function;

/// Reads what stands under `exports`.
public final class ExportReading {
    private ExportReading() {}

    public static Export export(Setting setting) {
        Section section = setting.section();
        var service = section.required("service", value -> value.parsed(ServiceName::parse));
        var ports = section.required(
                "ports",
                value -> value.someOf(
                        ExportReading::port,
                        new Identity<>("the same port as", ExportPort::port),
                        new Identity<>("the same name as", ExportPort::name)));
        return section.build(() -> new Export(service.get(), ports.get()));
    }

    public static ExportPort port(Setting setting) {
        Section section = setting.section();
        var name = section.required("name", Setting::name);
        var port = section.required("port", Setting::port);
        var protocol = section.required("protocol", value -> value.choice(Protocol.class));
        var target = section.required(
                "target",
                value -> value.oneOrMore(
                        item -> item.parsed(Target::parse), new Identity<>("the same target as", Function.identity())));
        var tls = section.optional("tls", ExportReading::tls);
        var host = section.optional("host", value -> value.parsed(TargetHost::new), TargetHost.KEEP);
        var via = section.optional("via", Setting::flag, true);
        return section.build(
                () -> new ExportPort(name.get(), port.get(), protocol.get(), target.get(), tls, host, via));
    }

    public static TargetTls tls(Setting setting) {
        Section section = setting.section();
        return section.build(() -> new TargetTls(
                section.optional("trust", Setting::file),
                section.optional("serverName", value -> value.parsed(ExportReading::checkName)),
                section.optional("certificate", Setting::file),
                section.optional("key", Setting::file)));
    }

    private static String checkName(String text) {
        if (new HostPort(text, 0).isLiteral()) {
            throw new IllegalArgumentException("'" + text + "' is an address, not a name");
        }
        return text;
    }
}
