package io.hikyaku.project;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// `NOTICE` against the list of runtime dependencies that Maven writes before the tests.
class NoticeTest {
    private static final Pattern ARTIFACT = Pattern.compile("(?m)^\\s+([\\w.-]+):[\\w.-]+:jar:");
    private static final Pattern NAMED = Pattern.compile("(?m)^ {2}([\\w.-]+)  ");

    @Test
    void namesTheGroupOfEveryLibraryThatIsDistributedAndNoOther() {
        // Given
        Set<String> distributed = groups(ARTIFACT, Project.text(Path.of("target/runtime-artifacts.txt")));
        distributed.remove("io.hikyaku");

        // When
        Set<String> named = groups(NAMED, Project.text(Project.ROOT.resolve("NOTICE")));

        // Then
        assertFalse(distributed.isEmpty());
        assertEquals(distributed, named);
    }

    private static Set<String> groups(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
