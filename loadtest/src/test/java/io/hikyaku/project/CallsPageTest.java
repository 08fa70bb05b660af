package io.hikyaku.project;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Each row of docs/CALLS.md names the tests that hold it.
class CallsPageTest {
    /// Any line of a table but its heading and the line below that.
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (?!.*\\| tests? \\|$)(.*) \\|$");
    private static final Pattern TEST = Pattern.compile("`(\\w+(?:IT|Test))(?:\\.(\\w+))?`");

    @Test
    void eachRowNamesTestsThatExist() {
        // Given
        String page = Project.text(Project.ROOT.resolve("docs/CALLS.md"));
        List<String> rows = ROW.matcher(page)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();

        // When
        List<String> wrong = new ArrayList<>();
        for (String row : rows) {
            String last = row.substring(row.lastIndexOf(" | ") + 3);
            List<MatchResult> tests = TEST.matcher(last).results().toList();
            if (tests.isEmpty()) {
                wrong.add("no test: " + row);
            }
            tests.stream()
                    .filter(test -> !exists(test.group(1), test.group(2)))
                    .forEach(test -> wrong.add("no such test: " + test.group()));
        }

        // Then
        assertTrue(rows.size() > 30, () -> "only " + rows.size() + " rows found");
        assertEquals("", wrong.stream().collect(joining("\n")));
    }

    private static boolean exists(String type, @Nullable String method) {
        Pattern declared = Pattern.compile("\\bvoid " + method + "\\(");
        return Project.sources().stream()
                .filter(source -> source.path().endsWith("/" + type + ".java"))
                .anyMatch(source ->
                        method == null || declared.matcher(source.text()).find());
    }
}
