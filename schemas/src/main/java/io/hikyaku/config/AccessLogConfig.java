package io.hikyaku.config;

import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;
import java.nio.file.Path;
import java.util.Optional;

/// One JSON line for each call.
///
/// @param path the file they are appended to, absolute; empty: standard output
/// @param query whether the query is shown with the path of a request; it often holds private data
public record AccessLogConfig(Optional<Path> path, boolean query) {
    private static final String STANDARD_OUTPUT = "stdout";

    static AccessLogConfig read(Setting setting) {
        Section section = setting.section();
        return section.build(() -> new AccessLogConfig(
                section.optional("path", AccessLogConfig::file, Optional.empty()),
                section.optional("query", Setting::flag, false)));
    }

    private static Optional<Path> file(Setting setting) {
        return setting.text().equals(STANDARD_OUTPUT) ? Optional.empty() : Optional.of(setting.file());
    }
}
