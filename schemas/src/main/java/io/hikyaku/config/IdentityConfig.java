package io.hikyaku.config;

import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;
import java.nio.file.Path;

/// The node's identity.
///
/// @param directory absolute; holds `tls.crt`, `tls.key` and `ca.crt`
public record IdentityConfig(Path directory) {

    static IdentityConfig read(Setting setting) {
        Section section = setting.section();
        var directory = section.required("directory", Setting::file);
        return section.build(() -> new IdentityConfig(directory.get()));
    }
}
