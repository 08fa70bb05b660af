package io.hikyaku.wire;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The specification and the code say the same: every clause that the code cites exists, and every limit has the value
/// that the code checks.
class ProtocolDocumentTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern CITED = Pattern.compile("(?<!RFC \\d{4} )§(\\d+(?:\\.\\d+)?)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{2,3} (\\d+(?:\\.\\d+)?) ");
    private static final Pattern LIMIT =
            Pattern.compile("(?m)^\\| [^|]+ \\| ([\\d,]+) \\| `(\\w+\\.\\w+)` \\| (\\d+\\.\\d+) \\|$");
    private static final Pattern LIMIT_NAME = Pattern.compile("MAX|MAX_\\w+|\\w+_BYTES");
    /// Sizes that follow from a layout, and are therefore no limits.
    private static final Set<String> LAYOUT =
            Set.of("ChannelFrames.ACK_BYTES", "RegistryFrame.DOCUMENT_OVERHEAD", "HttpFrames.OVERHEAD_BYTES");

    @Test
    void everyClauseThatTheCodeCitesExists() {
        // Given
        Set<String> clauses = clauses();
        List<String> missing = new ArrayList<>();

        // When
        int citations = 0;
        for (Path source : sources("")) {
            for (String clause : matches(CITED, read(source))) {
                citations++;
                if (!clauses.contains(clause)) {
                    missing.add(ROOT.relativize(source) + ": §" + clause);
                }
            }
        }

        // Then
        assertEquals(List.of(), missing);
        assertFalse(citations == 0, "no citation found");
    }

    @Test
    void everyClauseThatTheSpecificationCitesExists() {
        // When
        Set<String> missing = new TreeSet<>(matches(CITED, specification()));
        missing.removeAll(clauses());

        // Then
        assertEquals(Set.of(), missing);
    }

    @Test
    void theTableOfLimitsIsThatOfTheCode() {
        // Given
        Map<String, Long> documented = new TreeMap<>();
        LIMIT.matcher(specification())
                .results()
                .forEach(row ->
                        documented.put(row.group(2), Long.valueOf(row.group(1).replace(",", ""))));

        // When
        Map<String, Long> coded = new TreeMap<>();
        for (Path source : sources("schemas")) {
            collectLimits(className(source), coded);
        }

        // Then
        assertEquals(coded, documented);
    }

    private static Set<String> clauses() {
        return new TreeSet<>(matches(HEADING, specification()));
    }

    private static String specification() {
        return read(ROOT.resolve("docs/PROTOCOL.md"));
    }

    /// Files of main code, below the packages of the wire format where a module is named.
    private static List<Path> sources(String module) {
        String wanted = module.isEmpty() ? "src/main/java" : module + "/src/main/java/io/hikyaku/wire";
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file ->
                            ROOT.relativize(file).toString().replace('\\', '/').contains(wanted))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String className(Path source) {
        Path java = ROOT.resolve("schemas/src/main/java");
        return java.relativize(source).toString().replaceFirst("\\.java$", "").replaceAll("[/\\\\]", ".");
    }

    private static void collectLimits(String className, Map<String, Long> into) {
        if (className.endsWith("package-info") || className.contains(".registry.")) {
            return;
        }
        try {
            Class<?> type = Class.forName(className);
            addLimits(type, into);
            for (Class<?> nested : type.getDeclaredClasses()) {
                addLimits(nested, into);
            }
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(className, e);
        }
    }

    private static void addLimits(Class<?> type, Map<String, Long> into) throws IllegalAccessException {
        for (Field field : type.getDeclaredFields()) {
            String name = type.getSimpleName() + "." + field.getName();
            if (Modifier.isPublic(field.getModifiers())
                    && Modifier.isStatic(field.getModifiers())
                    && !field.isEnumConstant()
                    && LIMIT_NAME.matcher(field.getName()).matches()
                    && !LAYOUT.contains(name)) {
                into.put(name, ((Number) field.get(null)).longValue());
            }
        }
    }

    private static List<String> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(match -> match.group(1)).collect(toCollection(ArrayList::new));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
