package io.hikyaku.project;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The rules of the house that a machine can check. An exception needs a reason in `tidiness-exceptions.txt`, and goes
/// when it is no longer needed.
class TidinessTest {
    private static final int LINE_WIDTH = 120;
    private static final int FILE_LINES = 300;
    private static final int TEST_FILE_LINES = 500;
    private static final int METHOD_LINES = 70;
    /// Classes of a package, without its description: about as many as fit into a head.
    private static final int PACKAGE_FILES = 12;

    /// JSSE's own words, key manager and trust manager, may be used for what implements them.
    private static final Pattern SAYS_NOTHING = Pattern.compile(
            "(^|[a-z0-9])(Util|Utils|Utility|Common|Impl|(?<!Key|Trust)Manager|Helper|Helpers|Misc)($|[A-Z])");
    private static final Pattern PACKAGE_SAYS_NOTHING =
            Pattern.compile("\\.(util|utils|common|impl|manager|helper)\\b");
    private static final Pattern TERMINAL = Pattern.compile("System\\.(out|err)\\b|\\.printStackTrace\\(");
    private static final Pattern UNFINISHED =
            Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b|@Dis" + "abled\\b");
    private static final Pattern SLEEP =
            Pattern.compile("\\bThread\\.sl" + "eep\\(|\\bTimeUnit\\.\\w+\\.sl" + "eep\\(");
    private static final Pattern MACHINE_PATH =
            Pattern.compile("(?<![\\w./$}])/(ro" + "ot|wo" + "rk|ho" + "me/\\w+|tm" + "p/w)(/|\\b)");
    private static final Pattern TEXT_FILE =
            Pattern.compile(".*\\.(java|md|xml|ya?ml|json|properties|txt|hex|sh)|.*/(hikyaku|run|NOTICE)");

    private static final List<SourceFile> SOURCES = Project.sources();
    private static final Exceptions EXCEPTIONS = Exceptions.read();

    @Test
    void everyPackageSaysWhatLivesThereAndIsNullMarked() {
        // When
        Set<String> silent = main().map(SourceFile::packageName).collect(toCollection(TreeSet::new));
        main().filter(file -> file.simpleName().equals("package-info"))
                .filter(file ->
                        file.text().contains("@NullMarked") && file.text().contains("///"))
                .forEach(file -> silent.remove(file.packageName()));

        // Then
        assertEquals(Set.of(), silent);
    }

    @Test
    void everyPackageLivesInOneModule() {
        // When
        Map<String, Set<String>> modules =
                main().collect(groupingBy(SourceFile::packageName, mapping(SourceFile::module, toSet())));
        modules.values().removeIf(homes -> homes.size() == 1);

        // Then
        assertEquals(Map.of(), modules);
    }

    @Test
    void namesSayWhatAThingIs() {
        assertTidy("name", SOURCES.stream().flatMap(file -> {
            boolean empty = SAYS_NOTHING.matcher(file.simpleName()).find()
                    || PACKAGE_SAYS_NOTHING.matcher(file.packageName()).find();
            return empty ? Stream.of(file.path()) : Stream.empty();
        }));
    }

    /// Comments are ours to wrap. The formatter counts the indentation of a `///` line twice and breaks what is
    /// then too long into something that is no comment, so those end earlier. What it does about code is right by
    /// definition, but in main sources a string that it cannot break is broken by hand.
    @Test
    void linesFitTheScreenAndTheFormatter() {
        assertTidy("width", SOURCES.stream().flatMap(TidinessTest::wideLines));
    }

    @Test
    void aLongFileHasAReason() {
        assertTidy(
                "file",
                SOURCES.stream()
                        .filter(file -> file.lines().size() > (file.isTest() ? TEST_FILE_LINES : FILE_LINES))
                        .map(file -> file.path() + ": " + file.lines().size() + " lines"));
    }

    @Test
    void aLargePackageHasAReason() {
        Map<String, Long> sizes = main().collect(groupingBy(TidinessTest::packageInfo, Collectors.counting()));
        assertTidy(
                "package",
                sizes.entrySet().stream()
                        .filter(size -> size.getValue() - 1 > PACKAGE_FILES)
                        .map(size -> size.getKey() + ": " + (size.getValue() - 1) + " classes")
                        .sorted());
    }

    private static String packageInfo(SourceFile file) {
        return file.path().substring(0, file.path().lastIndexOf('/') + 1) + "package-info.java";
    }

    @Test
    void aLongMethodHasAReason() {
        assertTidy(
                "method",
                SyntaxTrees.methods(SOURCES).stream()
                        .filter(method -> method.lines() > METHOD_LINES)
                        .map(method -> method.file().path() + ": " + method.name() + " has " + method.lines()));
    }

    @Test
    void onlyCommandsWriteToTheTerminal() {
        assertTidy(
                "terminal",
                main().filter(file -> !file.isIn("cli", "demo", "bench", "lab"))
                        .flatMap(file -> file.linesWith(TERMINAL)));
    }

    @Test
    void nothingIsLeftForLater() {
        assertTidy("unfinished", SOURCES.stream().flatMap(file -> file.linesWith(UNFINISHED)));
    }

    @Test
    void testsAwaitInsteadOfSleeping() {
        assertTidy("sleep", SOURCES.stream().filter(SourceFile::isTest).flatMap(file -> file.linesWith(SLEEP)));
    }

    @Test
    void noFailureIsSwallowed() {
        assertTidy("catch", SyntaxTrees.silentCatches(SOURCES).stream());
    }

    @Test
    void nothingKnowsTheMachineItWasWrittenOn() {
        assertTidy(
                "path",
                Project.files().stream()
                        .filter(file -> TEXT_FILE.matcher(file.toString()).matches())
                        .flatMap(TidinessTest::machinePaths));
    }

    @Test
    void noExceptionOutlivesItsReason() {
        // When
        Set<String> paths = Project.files().stream().map(Project::named).collect(toSet());

        // Then
        assertEquals(
                List.of(),
                EXCEPTIONS.paths().filter(path -> !paths.contains(path)).toList());
    }

    private static Stream<String> wideLines(SourceFile file) {
        return file.lines().stream()
                .filter(line -> !file.isTest() || line.stripLeading().startsWith("//"))
                .filter(TidinessTest::isWide)
                .map(line -> file.path() + ": " + line.strip());
    }

    private static boolean isWide(String line) {
        String text = line.stripLeading();
        int indentation = line.length() - text.length();
        return line.length() + (text.startsWith("///") ? indentation : 0) > LINE_WIDTH;
    }

    private static Stream<String> machinePaths(Path file) {
        return new SourceFile(Project.named(file), Project.text(file)).linesWith(MACHINE_PATH);
    }

    private static Stream<SourceFile> main() {
        return SOURCES.stream().filter(file -> !file.isTest());
    }

    private static void assertTidy(String rule, Stream<String> found) {
        List<String> findings = found.toList();
        String untidy = findings.stream()
                .filter(finding -> !EXCEPTIONS.allow(rule, finding))
                .collect(Collectors.joining("\n"));
        assertTrue(untidy.isEmpty(), () -> "breaks the rule '" + rule + "':\n" + untidy);
        assertEquals(List.of(), EXCEPTIONS.unused(rule, findings), "exceptions that are no longer needed");
    }
}
