package io.hikyaku.project;

import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// docs/THREATS.md and the tests named `Threats…IT` speak of the same rows.
class ThreatsPageTest {
    /// A line of a table that begins with a number, and its last cell.
    private static final Pattern ROW = Pattern.compile("(?m)^\\| ([A-Z]\\d+) \\|.*\\| (.*) \\|$");
    private static final Pattern TEST = Pattern.compile("`(\\w+(?:IT|Test))(?:\\.(\\w+))?`");
    private static final Pattern NESTED = Pattern.compile("@Nested\\s+class ([A-Z]\\d+)\\b");

    private final String page = Project.text(Project.ROOT.resolve("docs/THREATS.md"));
    private final List<SourceFile> sources = Project.sources();

    /// The last cell of each number's row. Fails if a number has two.
    private final Map<String, String> rows =
            ROW.matcher(page).results().collect(toMap(row -> row.group(1), row -> row.group(2)));

    @Test
    void eachNestedClassHasARowThatNamesItsTest() {
        // When
        List<String> found = sources.stream()
                .map(SourceFile::simpleName)
                .filter(ThreatsPageTest::isOfThreats)
                .flatMap(test -> nested(test).map(number -> test + "." + number))
                .toList();

        // Then
        assertTrue(found.size() > 40, () -> "only " + found);
        assertEquals(List.of(), found.stream().filter(name -> !isInItsRow(name)).toList());
    }

    @Test
    void eachRowNamesTestsThatTryIt() {
        // When
        List<String> wrong = new ArrayList<>();
        rows.forEach((number, cell) -> {
            List<MatchResult> tests = TEST.matcher(cell).results().toList();
            if (tests.isEmpty()) {
                wrong.add(number + ": no test");
            }
            tests.stream()
                    .map(test -> test.group(1))
                    .filter(ThreatsPageTest::isOfThreats)
                    .filter(test -> nested(test).noneMatch(number::equals))
                    .forEach(test -> wrong.add(number + ": not in " + test));
        });

        // Then
        assertTrue(rows.size() > 60, () -> "only " + rows.keySet());
        assertEquals(List.of(), wrong);
    }

    @Test
    void eachTestThatIsNamedExists() {
        // When
        List<String> missing = TEST.matcher(page)
                .results()
                .filter(test -> !exists(test.group(1), test.group(2)))
                .map(MatchResult::group)
                .toList();

        // Then
        assertEquals(List.of(), missing);
    }

    private static boolean isOfThreats(String test) {
        return test.startsWith("Threats") && test.endsWith("IT");
    }

    /// @param name such as `ThreatsHttp1HeadIT.H1`
    private boolean isInItsRow(String name) {
        int dot = name.indexOf('.');
        String cell = rows.getOrDefault(name.substring(dot + 1), "");
        return TEST.matcher(cell).results().anyMatch(test -> test.group(1).equals(name.substring(0, dot)));
    }

    /// The numbers that a test has a nested class for.
    private Stream<String> nested(String test) {
        return named(test)
                .flatMap(source -> NESTED.matcher(source.text()).results())
                .map(match -> match.group(1));
    }

    private boolean exists(String test, @Nullable String method) {
        Pattern declared = Pattern.compile("\\bvoid " + method + "\\(");
        return named(test)
                .anyMatch(source ->
                        method == null || declared.matcher(source.text()).find());
    }

    private Stream<SourceFile> named(String test) {
        return sources.stream().filter(source -> source.simpleName().equals(test));
    }
}
