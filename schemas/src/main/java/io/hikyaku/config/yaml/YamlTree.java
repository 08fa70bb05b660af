package io.hikyaku.config.yaml;

import io.hikyaku.config.yaml.YamlNode.Mapping;
import io.hikyaku.config.yaml.YamlNode.Scalar;
import io.hikyaku.config.yaml.YamlNode.Sequence;
import io.hikyaku.config.yaml.YamlNode.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLParser;
import tools.jackson.dataformat.yaml.YAMLReadFeature;

/// Makes a tree with lines of a YAML 1.2 document. Jackson's own tree has no lines, drops repeated keys, and takes an
/// alias for the text of its name; here the last two are findings.
final class YamlTree {

    private static final int MAX_DEPTH = 50;
    private static final LoadSettings ANY_LENGTH = LoadSettings.builder()
            .setAllowDuplicateKeys(true) // they are told with their lines
            .setCodePointLimit(Integer.MAX_VALUE) // bytes are bounded when the file is read
            .build();
    private static final YAMLMapper YAML = new YAMLMapper(YAMLFactory.builder()
            .loadSettings(ANY_LENGTH)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .enable(YAMLReadFeature.EMPTY_STRING_AS_NULL) // "key:" has no value; "key: ''" has an empty one
            .build());

    private final YAMLParser parser;
    private final Findings findings;

    private YamlTree(YAMLParser parser, Findings findings) {
        this.parser = parser;
        this.findings = findings;
    }

    /// Reads the whole text, or notes why it is not YAML.
    static YamlNode parse(String text, Findings findings) {
        int half = halfCharacter(text);
        if (half >= 0) { // the parser would run over the end of its buffer
            int line = 1
                    + (int) text.substring(0, half)
                            .chars()
                            .filter(c -> c == '\n')
                            .count();
            throw findings.add("", line, "not YAML: half of a character (an unpaired surrogate)");
        }
        try (YAMLParser parser = (YAMLParser) YAML.createParser(text)) {
            return new YamlTree(parser, findings).document();
        } catch (JacksonException broken) {
            throw findings.add("", line(broken), "not YAML: " + problem(broken));
        } catch (YamlEngineException broken) {
            throw findings.add("", line(broken), "not YAML: " + problem(broken));
        }
    }

    /// Where a surrogate stands alone; -1: nowhere.
    private static int halfCharacter(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                boolean pair = i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
                if (!pair) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }

    private YamlNode document() {
        if (parser.nextToken() == null) {
            throw findings.add("", 0, "the document is empty");
        }
        YamlNode root = node("");
        if (parser.nextToken() != null) {
            findings.add("", parser.currentTokenLocation().getLineNr(), "a second document; one is read");
        }
        return root;
    }

    private YamlNode node(String path) {
        int line = parser.currentTokenLocation().getLineNr();
        return switch (parser.currentToken()) {
            case START_OBJECT -> mapping(path, line);
            case START_ARRAY -> sequence(path, line);
            case VALUE_NUMBER_INT -> new Scalar(line, Type.INTEGER, parser.getString());
            case VALUE_NUMBER_FLOAT -> new Scalar(line, Type.DECIMAL, parser.getString());
            case VALUE_TRUE, VALUE_FALSE -> new Scalar(line, Type.BOOLEAN, parser.getString());
            case VALUE_NULL -> new Scalar(line, Type.NOTHING, "");
            default -> text(path, line);
        };
    }

    private YamlNode text(String path, int line) {
        if (parser.isCurrentAlias()) {
            findings.add(path, line, "aliases (*name) are not supported: write the value out");
        }
        return new Scalar(line, Type.TEXT, parser.getString());
    }

    private Mapping mapping(String path, int line) {
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            String keyPath = path.isEmpty() ? key : path + "." + key;
            int keyLine = parser.currentTokenLocation().getLineNr();
            parser.nextToken();
            YamlNode first = entries.putIfAbsent(key, node(keyPath));
            if (first != null) {
                findings.add(keyPath, keyLine, "a second time; first in line " + first.line());
            }
        }
        return new Mapping(line, entries);
    }

    private Sequence sequence(String path, int line) {
        List<YamlNode> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(node(path + "[" + items.size() + "]"));
        }
        return new Sequence(line, items);
    }

    private static int line(Throwable broken) {
        for (Throwable cause = broken; cause != null; cause = cause.getCause()) {
            if (cause instanceof MarkedYamlEngineException marked
                    && marked.getProblemMark().isPresent()) {
                return marked.getProblemMark().get().getLine() + 1;
            }
        }
        return 0;
    }

    // The parser's own message repeats the line of the file, which may hold a secret.
    private static String problem(Throwable broken) {
        for (Throwable cause = broken; cause != null; cause = cause.getCause()) {
            if (cause instanceof MarkedYamlEngineException marked) {
                return marked.getProblem();
            }
        }
        return broken.getClass().getSimpleName();
    }
}
