package io.hikyaku.config.yaml;

import java.util.List;
import java.util.Map;

/// A parsed YAML document, with the line of everything in it.
sealed interface YamlNode {

    /// Counted from 1.
    int line();

    /// What the node is, as findings call it.
    String kind();

    /// @param entries in the order of the file
    record Mapping(int line, Map<String, YamlNode> entries) implements YamlNode {
        @Override
        public String kind() {
            return "a mapping";
        }
    }

    record Sequence(int line, List<YamlNode> items) implements YamlNode {
        @Override
        public String kind() {
            return "a list";
        }
    }

    /// @param text as written, without quotes
    record Scalar(int line, Type type, String text) implements YamlNode {
        @Override
        public String kind() {
            return type.kind;
        }
    }

    /// What YAML 1.2 takes an unquoted scalar for.
    enum Type {
        TEXT("text"),
        INTEGER("a whole number"),
        DECIMAL("a decimal number"),
        BOOLEAN("true or false"),
        NOTHING("nothing");

        private final String kind;

        Type(String kind) {
            this.kind = kind;
        }
    }
}
