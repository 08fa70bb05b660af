package io.hikyaku.config;

/// Bounds of HTTP calls beyond those that all calls share.
///
/// @param maxStreams calls at once on one HTTP/2 connection of a caller
public record HttpLimits(int maxStreams) {
    public static final HttpLimits DEFAULTS = new HttpLimits(256);

    public HttpLimits {
        new Rules().range("maxStreams", maxStreams, 1, 100_000).enforce();
    }

    static HttpLimits read(Setting setting) {
        Section section = setting.section();
        return section.build(() -> new HttpLimits(section.integer("maxStreams", DEFAULTS.maxStreams)));
    }
}
