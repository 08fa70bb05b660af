package io.hikyaku.config.limits;

import io.hikyaku.config.value.DataSize;
import io.hikyaku.config.value.Rules;
import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;

/// Bounds of one stream.
///
/// @param window the most credit that the receiver grants at the start: bytes sent and not yet consumed. Readers that
///     keep up get more, and new streams less when memory is scarce
public record StreamLimits(DataSize window) {

    private static final DataSize MIN_WINDOW = DataSize.ofKiB(16); // the plaintext of one full data packet
    private static final DataSize MAX_WINDOW = DataSize.ofMiB(1024);

    public static final StreamLimits DEFAULTS = new StreamLimits(DataSize.ofKiB(256));

    public StreamLimits {
        new Rules().range("window", window, MIN_WINDOW, MAX_WINDOW).enforce();
    }

    public static StreamLimits read(Setting setting) {
        Section section = setting.section();
        return section.build(() -> new StreamLimits(section.size("window", DEFAULTS.window)));
    }
}
