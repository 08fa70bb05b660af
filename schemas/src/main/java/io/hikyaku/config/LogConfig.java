package io.hikyaku.config;

import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;
import java.util.Locale;

/// What is logged, and how each line looks.
public record LogConfig(Level level, Format format) {

    public static final LogConfig DEFAULTS = new LogConfig(Level.INFO, Format.TEXT);

    /// The least severe that is logged.
    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Lines for people, or one JSON object each.
    public enum Format {
        TEXT,
        JSON;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static LogConfig read(Setting setting) {
        Section section = setting.section();
        return section.build(() -> new LogConfig(
                section.optional("level", value -> value.choice(Level.class), DEFAULTS.level),
                section.optional("format", value -> value.choice(Format.class), DEFAULTS.format)));
    }
}
