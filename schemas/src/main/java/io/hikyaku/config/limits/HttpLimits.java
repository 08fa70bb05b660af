package io.hikyaku.config.limits;

import io.hikyaku.config.value.DataSize;
import io.hikyaku.config.value.Rules;
import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;
import java.time.Duration;
import java.util.Optional;

/// Bounds of HTTP calls beyond those that all calls share.
///
/// @param maxStreams calls at once on one HTTP/2 connection of a caller
/// @param maxBodySize of a request; empty: none
/// @param minBodyRate of a request's body, in bytes a second over a whole idle timeout; 0: none
/// @param writeTimeout a caller that takes nothing of its response for this long is reset
public record HttpLimits(int maxStreams, Optional<DataSize> maxBodySize, int minBodyRate, Duration writeTimeout) {
    public static final HttpLimits DEFAULTS = new HttpLimits(256, Optional.empty(), 10, Duration.ofSeconds(60));

    public HttpLimits {
        new Rules()
                .range("maxStreams", maxStreams, 1, 100_000)
                .range("minBodyRate", minBodyRate, 0, 1 << 30)
                .positive("writeTimeout", writeTimeout)
                .enforce();
    }

    public static HttpLimits read(Setting setting) {
        Section section = setting.section();
        return section.build(() -> new HttpLimits(
                section.integer("maxStreams", DEFAULTS.maxStreams),
                section.optional("maxBodySize", Setting::size),
                section.integer("minBodyRate", DEFAULTS.minBodyRate),
                section.duration("writeTimeout", DEFAULTS.writeTimeout)));
    }
}
