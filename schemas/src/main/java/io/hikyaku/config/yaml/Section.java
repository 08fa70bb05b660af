package io.hikyaku.config.yaml;

import io.hikyaku.config.value.DataSize;
import io.hikyaku.config.value.Rules.InvalidSettings;
import io.hikyaku.config.value.Rules.Violation;
import io.hikyaku.config.yaml.Findings.Refused;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A mapping while a record is read from it. Each key is asked for once; [#build] then makes the record and notes the
/// keys that nobody asked for.
public final class Section {

    private final Setting setting;
    private final YamlNode.Mapping mapping;
    private final Set<String> known = new LinkedHashSet<>();
    private final Set<String> refused = new HashSet<>();
    private final int findingsBefore;

    Section(Setting setting, YamlNode.Mapping mapping) {
        this.setting = setting;
        this.mapping = mapping;
        this.findingsBefore = setting.reading().findings().count();
    }

    /// A value that must be there. Read it before [#build] and take it within, where it is present for certain.
    public <T> Supplier<T> required(String key, Function<Setting, T> reader) {
        if (!mapping.entries().containsKey(key)) {
            known.add(key);
            setting.reading().findings().add(path(key), setting.node().line(), "missing");
            refused.add(key);
        }
        Optional<T> value = read(key, reader);
        return () -> value.orElseThrow(() -> Refused.REFUSED);
    }

    /// A value or what holds without it. A value of no use counts as not given, so that reading goes on.
    public <T> T optional(String key, Function<Setting, T> reader, T fallback) {
        return read(key, reader).orElse(fallback);
    }

    public <T> Optional<T> optional(String key, Function<Setting, T> reader) {
        return read(key, reader);
    }

    public Duration duration(String key, Duration fallback) {
        return optional(key, Setting::duration, fallback);
    }

    public DataSize size(String key, DataSize fallback) {
        return optional(key, Setting::size, fallback);
    }

    public int integer(String key, int fallback) {
        return optional(key, Setting::integer, fallback);
    }

    private <T> Optional<T> read(String key, Function<Setting, T> reader) {
        known.add(key);
        YamlNode node = mapping.entries().get(key);
        if (node == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(reader.apply(new Setting(node, path(key), setting.reading())));
        } catch (Refused noted) {
            refused.add(key);
            return Optional.empty();
        }
    }

    /// One of two forms, each under a key of its own. To be used like [#required].
    public <T> Supplier<T> either(
            String key,
            Function<Setting, ? extends T> reader,
            String otherKey,
            Function<Setting, ? extends T> otherReader) {
        Optional<T> one = read(key, reader::apply);
        Optional<T> other = read(otherKey, otherReader::apply);
        if (has(key) == has(otherKey)) {
            setting.refuse("give either " + key + " or " + otherKey);
        }
        return () -> one.or(() -> other).orElseThrow(() -> Refused.REFUSED);
    }

    boolean has(String key) {
        return mapping.entries().containsKey(key);
    }

    /// Notes a finding about one of the keys.
    void refuse(String key, String message) {
        refused.add(key);
        YamlNode node = mapping.entries().get(key);
        int line = node == null ? setting.node().line() : node.line();
        setting.reading().findings().add(path(key), line, message);
    }

    /// Makes the record, unless something was found in this section.
    public <T> T build(Supplier<T> maker) {
        @Nullable T made;
        try {
            made = maker.get();
        } catch (InvalidSettings invalid) {
            invalid.violations().forEach(this::note);
            made = null;
        } catch (Refused noted) {
            made = null;
        }
        noteUnknownKeys();
        if (made == null || setting.reading().findings().count() > findingsBefore) {
            throw Refused.REFUSED;
        }
        return made;
    }

    // A rule about a value that was refused already speaks of its default, which would only confuse.
    private void note(Violation violation) {
        boolean stale =
                violation.keys().stream().map(key -> key.split("\\.", 2)[0]).anyMatch(refused::contains);
        if (!stale) {
            String key = violation.keys().getFirst();
            setting.reading().findings().add(path(key), lineOf(key), violation.text(this::path));
        }
    }

    private int lineOf(String key) {
        YamlNode node = setting.node();
        for (String part : key.split("\\.")) {
            YamlNode next = node instanceof YamlNode.Mapping(int line, var entries) ? entries.get(part) : null;
            if (next == null) {
                break;
            }
            node = next;
        }
        return node.line();
    }

    private void noteUnknownKeys() {
        for (var entry : mapping.entries().entrySet()) {
            if (!known.contains(entry.getKey())) {
                String hint = Spelling.nearest(entry.getKey(), known)
                        .map(near -> "did you mean '" + near + "'?")
                        .orElseGet(() -> "the keys here are " + String.join(", ", known));
                setting.reading()
                        .findings()
                        .add(path(entry.getKey()), entry.getValue().line(), "unknown key; " + hint);
            }
        }
    }

    private String path(String key) {
        return setting.path().isEmpty() ? key : setting.path() + "." + key;
    }
}
