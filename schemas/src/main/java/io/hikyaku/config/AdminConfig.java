package io.hikyaku.config;

import io.hikyaku.config.value.HostPort;
import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;

/// The admin server: health, metrics and status, in the clear.
///
/// @param listen port 0 takes any free one
public record AdminConfig(HostPort listen) {

    static AdminConfig read(Setting setting) {
        Section section = setting.section();
        var listen = section.required("listen", Setting::listenAddress);
        return section.build(() -> new AdminConfig(listen.get()));
    }
}
