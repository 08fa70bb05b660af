package io.hikyaku.config.service;

import io.hikyaku.config.value.ServiceName;
import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;
import io.hikyaku.config.yaml.Setting.Identity;
import io.hikyaku.service.Affinity;
import io.hikyaku.service.Forwarded;
import io.hikyaku.service.Import;
import io.hikyaku.service.ImportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Trace;

/// Reads what stands under `imports`.
public final class ImportReading {
    private ImportReading() {}

    public static Import imported(Setting setting) {
        Section section = setting.section();
        var service = section.required("service", value -> value.parsed(ServiceName::parse));
        var ports = section.required(
                "ports",
                value -> value.someOf(ImportReading::port, new Identity<>("the same port as", ImportPort::port)));
        return section.build(() -> new Import(service.get(), ports.get()));
    }

    public static ImportPort port(Setting setting) {
        Section section = setting.section();
        var port = section.required("port", Setting::port);
        var listen = section.required("listen", Setting::listenAddress);
        var protocol = section.optional("protocol", value -> value.choice(Protocol.class));
        var timeout = section.optional("timeout", Setting::duration);
        var forwarded = section.optional("forwarded", value -> value.choice(Forwarded.class), Forwarded.OBFUSCATED);
        var trusted = section.optional("trustForwarded", Setting::flag, false);
        var trace = section.optional("trace", value -> value.choice(Trace.class), Trace.CONTINUE);
        var affinity = section.optional("affinity", value -> value.choice(Affinity.class), Affinity.NONE);
        return section.build(
                () -> new ImportPort(port.get(), listen.get(), protocol, timeout, forwarded, trusted, trace, affinity));
    }
}
