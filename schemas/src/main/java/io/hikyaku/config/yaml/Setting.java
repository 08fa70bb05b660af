package io.hikyaku.config.yaml;

import io.hikyaku.config.value.DataSize;
import io.hikyaku.config.value.DnsLabel;
import io.hikyaku.config.value.HostPort;
import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.config.value.TimeSpan;
import io.hikyaku.config.yaml.Findings.Refused;
import io.hikyaku.config.yaml.YamlNode.Mapping;
import io.hikyaku.config.yaml.YamlNode.Scalar;
import io.hikyaku.config.yaml.YamlNode.Sequence;
import io.hikyaku.config.yaml.YamlNode.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One value of a document with its path. Every method either reads the value as what it should be, or notes a finding
/// and throws [Refused], which the [Section] or list around it catches.
public record Setting(YamlNode node, String path, Reading reading) {

    /// Notes why the value is of no use.
    Refused refuse(String message) {
        return reading.findings().add(path, node.line(), message);
    }

    private Refused expected(String what) {
        String given = isNothing() ? "nothing; give a value or leave the key out" : node.kind();
        return refuse("expected " + what + ", found " + given);
    }

    private boolean isNothing() {
        return node instanceof Scalar(int line, Type type, String text) && type == Type.NOTHING;
    }

    public String text() {
        return text("text");
    }

    private String text(String what) {
        if (node instanceof Scalar(int line, Type type, String text) && type == Type.TEXT) {
            return text;
        }
        throw expected(what);
    }

    /// Text in a form of its own, whose parser throws IllegalArgumentException with a message for the user.
    public <T> T parsed(Function<String, T> parser) {
        return parsed("text", parser);
    }

    private <T> T parsed(String what, Function<String, T> parser) {
        String text = text(what);
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException malformed) {
            throw refuse(String.valueOf(malformed.getMessage()));
        }
    }

    public String name() {
        return parsed(DnsLabel::check);
    }

    public Duration duration() {
        return parsed("a duration like 10s", TimeSpan::parse);
    }

    public DataSize size() {
        if (node instanceof Scalar(int line, Type type, String text) && type == Type.INTEGER) {
            return new DataSize(number(1, DataSize.MAX_BYTES));
        }
        return parsed("a size like 64KiB", DataSize::parse);
    }

    int integer() {
        return integer(Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    public int integer(int min, int max) {
        return (int) number(min, max);
    }

    /// A port that exists: 1 to 65535.
    public int port() {
        return integer(1, 65_535);
    }

    /// A number with or without a point.
    public double decimal(double min, double max) {
        if (!(node instanceof Scalar(int line, Type type, String text))
                || type != Type.INTEGER && type != Type.DECIMAL) {
            throw expected("a number");
        }
        double number = parseDouble(text);
        if (!(number >= min && number <= max)) {
            throw refuse(text + " is not between " + min + " and " + max);
        }
        return number;
    }

    private double parseDouble(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException unusual) { // .inf, .nan, 0x1F
            throw refuse(text + " is not a usable number: decimal digits only");
        }
    }

    /// `true` or `false`.
    public boolean flag() {
        if (node instanceof Scalar(int line, Type type, String text) && type == Type.BOOLEAN) {
            return Boolean.parseBoolean(text);
        }
        throw expected("true or false");
    }

    private long number(long min, long max) {
        if (!(node instanceof Scalar(int line, Type type, String text)) || type != Type.INTEGER) {
            throw expected("a whole number");
        }
        long number = parseLong(text);
        if (number < min || number > max) {
            throw refuse(number + " is not between " + min + " and " + max);
        }
        return number;
    }

    private long parseLong(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException unusual) { // hexadecimal, octal, or beyond all bounds
            throw refuse(digits + " is not a usable whole number: decimal digits only");
        }
    }

    /// One of the constants, as their `toString` writes them.
    public <E extends Enum<E>> E choice(Class<E> type) {
        E[] constants = type.getEnumConstants();
        String text = text();
        for (E constant : constants) {
            if (constant.toString().equals(text)) {
                return constant;
            }
        }
        String names = Stream.of(constants).map(Enum::toString).collect(Collectors.joining(" or "));
        throw refuse("'" + text + "' is not " + names);
    }

    /// A file, relative to the folder of the document.
    public Path file() {
        return parsed(text -> {
            if (text.isEmpty()) {
                throw new IllegalArgumentException("the path is empty");
            }
            return reading.folder().resolve(text).normalize();
        });
    }

    /// An address to listen on, which must not clash with others of this document.
    public HostPort listenAddress() {
        return reading.listeners().add(this, parsed(HostPort::parse));
    }

    /// A link's listener, which must not clash with others of this document.
    public LinkUrl listenUrl() {
        LinkUrl url = parsed(LinkUrl::parse);
        reading.listeners().add(this, url.address());
        return url;
    }

    /// A list; items of no use are left out and refuse the list as a whole, when all have been looked at.
    ///
    /// @param identities what no two items may share
    @SafeVarargs
    public final <T> List<T> list(Function<Setting, T> reader, Identity<? super T>... identities) {
        if (!(node instanceof Sequence(int line, List<YamlNode> nodes))) {
            throw expected("a list");
        }
        int before = reading.findings().count();
        List<T> items = new ArrayList<>();
        Map<List<Object>, String> seen = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            Setting item = new Setting(nodes.get(i), path + "[" + i + "]", reading);
            try {
                T value = reader.apply(item);
                for (Identity<? super T> identity : identities) {
                    item.noteShared(identity.complaint(), identity.of().apply(value), seen);
                }
                items.add(value);
            } catch (Refused noted) {
                continue;
            }
        }
        if (reading.findings().count() > before) {
            throw Refused.REFUSED;
        }
        return items;
    }

    private void noteShared(String complaint, Object identity, Map<List<Object>, String> seen) {
        String first = seen.putIfAbsent(List.of(complaint, identity), path);
        if (first != null) {
            reading.findings().add(path, node.line(), complaint + " " + first);
        }
    }

    /// A list with one item at least.
    @SafeVarargs
    @SuppressWarnings("varargs") // hands the array on, to be read
    public final <T> List<T> someOf(Function<Setting, T> reader, Identity<? super T>... identities) {
        List<T> items = list(reader, identities);
        if (items.isEmpty()) {
            throw refuse("the list is empty");
        }
        return items;
    }

    /// One item, or a list with one at least.
    @SafeVarargs
    @SuppressWarnings("varargs") // hands the array on, to be read
    public final <T> List<T> oneOrMore(Function<Setting, T> reader, Identity<? super T>... identities) {
        return node instanceof Sequence ? someOf(reader, identities) : List.of(reader.apply(this));
    }

    /// What no two items of a list may share.
    ///
    /// @param complaint about the second item, before the place of the first
    public record Identity<T>(String complaint, Function<T, Object> of) {}

    /// A mapping with the user's own keys. Values are not quoted in findings: they may be secret.
    public Map<String, String> properties() {
        if (!(node instanceof Mapping(int line, Map<String, YamlNode> entries))) {
            throw expected("a mapping");
        }
        int before = reading.findings().count();
        Map<String, String> properties = new LinkedHashMap<>();
        entries.forEach((key, value) -> {
            if (value instanceof Scalar(int at, Type type, String text) && type != Type.NOTHING) {
                properties.put(key, text);
            } else {
                new Setting(value, path + "['" + key + "']", reading).expected("text, a number, true or false");
            }
        });
        if (reading.findings().count() > before) {
            throw Refused.REFUSED;
        }
        return properties;
    }

    /// A mapping with the keys that a record has.
    public Section section() {
        if (node instanceof Mapping mapping) {
            return new Section(this, mapping);
        }
        throw expected("a mapping");
    }
}
