package io.hikyaku.project;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static java.util.function.Predicate.not;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The one shape of the frames: values with their limits in a record or sealed interface, their bytes in a class beside
/// it, and the clause of PROTOCOL.md at each check.
class WireFormatTest {
    private static final Pattern CHECK = Pattern.compile("\\bnew (Malformed|IllegalArgumentException)\\("
            + "|\\bBytes\\.(require|read|skip)\\w*\\(|\\bVarint\\.read\\(\\w+, ");
    private static final Pattern CLAUSE = Pattern.compile("// §\\d+\\.\\d+(, §\\d+\\.\\d+)*$");

    @Test
    void whatReadsOrWritesFramesIsNoFrame() {
        classes()
                .that()
                .resideInAPackage("io.hikyaku.wire.*")
                .and(readOrWrite())
                .should()
                .haveOnlyPrivateConstructors()
                .andShould()
                .notBeInterfaces()
                .check(new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("io.hikyaku.wire"));
    }

    /// A check and its clause stand in one line, or the clause ends the line before, where the condition does.
    @Test
    void everyCheckNamesItsClause() {
        // When
        Stream<String> unnamed = Project.sources().stream()
                .filter(file -> !file.isTest() && file.isIn("wire"))
                .flatMap(WireFormatTest::checksWithoutClause);

        // Then
        assertEquals(List.of(), unnamed.toList());
    }

    private static Stream<String> checksWithoutClause(SourceFile file) {
        List<String> lines = file.lines();
        return IntStream.range(1, lines.size())
                .filter(index -> CHECK.matcher(lines.get(index)).find())
                .filter(index -> lines.subList(index - 1, index + 1).stream().allMatch(not(CLAUSE.asPredicate())))
                .mapToObj(index -> file.path() + ":" + (index + 1));
    }

    private static DescribedPredicate<JavaClass> readOrWrite() {
        return describe(
                "read or write",
                type -> type.getMethods().stream()
                        .anyMatch(method -> method.getName().matches("(read|write)([A-Z].*)?")));
    }
}
