package io.hikyaku.project;

import static java.util.function.Predicate.not;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.cli.Hikyaku;
import io.hikyaku.cli.Subcommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/// What the documents name has to be there: classes, commands with their options, files and links.
class DocumentationTest {
    private static final Pattern FENCED = Pattern.compile("(?ms)^ *```.*?^ *```$");
    private static final Pattern CODE = Pattern.compile("(?<!`)`([^`\n]+)`(?!`)");
    private static final Pattern COMMAND_LINE = Pattern.compile("(?m)(?:^|[`$ (])\\./hikyaku +([^`|>&;#)\n]*)");
    private static final Pattern CLASS = Pattern.compile("[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+");
    private static final Pattern DECLARED = Pattern.compile("\\b(?:class|record|interface|enum) +([A-Z]\\w*)");
    private static final Pattern IMPORTED = Pattern.compile("(?m)^import [\\w.]+\\.([A-Z]\\w*);");
    private static final Pattern FILE = Pattern.compile("[\\w.-]+(?:/[\\w.-]+)+/?|[\\w-]+\\.(?:md|xml)");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s:]+)(?:#[^)]*)?\\)");
    private static final Pattern BUILT = Pattern.compile("(?:[\\w-]+/)?target/.*");

    private static final Set<String> NAMED_BUT_NOT_HERE =
            Project.list("documentation-exceptions.txt").collect(toSet());

    @Test
    void classesExist() {
        // Given
        Set<String> known = Stream.of(DECLARED, IMPORTED)
                .flatMap(pattern -> Project.sources().stream()
                        .flatMap(source -> pattern.matcher(source.text()).results()))
                .map(match -> match.group(1))
                .collect(toSet());

        // When
        List<String> missing = findings(text -> code(text)
                .map(span -> span.replaceFirst("[.(<].*", ""))
                .filter(span -> CLASS.matcher(span).matches())
                .filter(not(known::contains)));

        // Then
        assertEquals(List.of(), missing);
    }

    @Test
    void commandsAndTheirOptionsExist() {
        // Given
        CommandLine root = Hikyaku.commandLine(ServiceLoader.load(Subcommand.class));

        // When
        List<String> missing = findings(text -> COMMAND_LINE
                .matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1).strip())
                .flatMap(line -> unknownWords(root, line)));

        // Then
        assertEquals(List.of(), missing);
    }

    @Test
    void filesAndLinkedPagesExist() {
        // When
        List<String> missing = new ArrayList<>();
        for (Path document : Project.documents()) {
            String text = Project.text(document);
            Stream.concat(
                            code(text).filter(FILE.asMatchPredicate()).filter(DocumentationTest::isOurs),
                            LINK.matcher(text).results().map(match -> match.group(1)))
                    .filter(path ->
                            !Files.exists(Project.ROOT.resolve(path)) && !Files.exists(document.resolveSibling(path)))
                    .filter(not(NAMED_BUT_NOT_HERE::contains))
                    .forEach(path -> missing.add(Project.named(document) + ": " + path));
        }

        // Then
        assertEquals(List.of(), missing);
    }

    private static List<String> findings(Function<String, Stream<String>> rule) {
        List<String> found = new ArrayList<>();
        for (Path document : Project.documents()) {
            rule.apply(Project.text(document))
                    .filter(not(NAMED_BUT_NOT_HERE::contains))
                    .forEach(name -> found.add(Project.named(document) + ": " + name));
        }
        return found;
    }

    /// What stands between backticks, outside of code blocks.
    private static Stream<String> code(String text) {
        return CODE.matcher(FENCED.matcher(text).replaceAll("")).results().map(match -> match.group(1));
    }

    /// A path below one of the project's folders, or a file at its root; not what a build makes.
    private static boolean isOurs(String path) {
        if (BUILT.matcher(path).matches()) {
            return false;
        }
        int slash = path.indexOf('/');
        return slash < 0 || Files.isDirectory(Project.ROOT.resolve(path.substring(0, slash)));
    }

    /// The words of a command line that the command tree does not have: commands down to the first that has no more
    /// below it, then options.
    private static Stream<String> unknownWords(CommandLine root, String line) {
        List<String> words = Arrays.stream(line.split("[\\s\\[\\]()=]+"))
                .filter(not(String::isEmpty))
                .toList();
        CommandLine command = root;
        for (String word : words) {
            if (command.getSubcommands().isEmpty() || !word.matches("[a-z]+")) {
                break;
            }
            CommandLine below = command.getSubcommands().get(word);
            if (below == null) {
                return Stream.of("./hikyaku " + line + ": no command " + word);
            }
            command = below;
        }
        CommandLine named = command;
        return words.stream()
                .filter(word -> word.startsWith("--"))
                .filter(option -> named.getCommandSpec().findOption(option) == null)
                .map(option -> "./hikyaku " + line + ": no option " + option);
    }
}
