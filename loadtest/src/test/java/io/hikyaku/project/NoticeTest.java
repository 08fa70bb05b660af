package io.hikyaku.project;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `NOTICE` against the lists of runtime dependencies that Maven writes before the tests: each of its lists adds to the
/// one before.
class NoticeTest {
    private static final Pattern ARTIFACT = Pattern.compile("(?m)^\\s+([\\w.-]+):[\\w.-]+:jar:");
    private static final Pattern NAMED = Pattern.compile("(?m)^ {2}([\\w.-]+)  ");

    @ParameterizedTest
    @CsvSource({"relay-node, 1", "cluster-bridge, 2", "loadtest, 3"})
    void namesTheGroupOfEveryLibraryThatIsDistributedAndNoOther(String module, int lists) {
        // Given
        Set<String> distributed =
                groups(ARTIFACT, Project.text(Project.ROOT.resolve(module).resolve("target/runtime-artifacts.txt")));
        distributed.remove("io.hikyaku");

        // When
        Set<String> named = lists().limit(lists)
                .flatMap(list -> groups(NAMED, list).stream())
                .collect(toCollection(TreeSet::new));

        // Then
        assertFalse(distributed.isEmpty());
        assertEquals(distributed, named);
    }

    private static Stream<String> lists() {
        return Arrays.stream(Project.text(Project.ROOT.resolve("NOTICE")).split("\n\n"))
                .filter(part -> NAMED.matcher(part).find());
    }

    private static Set<String> groups(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(match -> match.group(1)).collect(toCollection(TreeSet::new));
    }
}
