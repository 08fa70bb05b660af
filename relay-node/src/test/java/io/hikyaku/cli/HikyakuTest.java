package io.hikyaku.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.yaml.ConfigException;
import io.hikyaku.config.yaml.Finding;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Exit codes and wording that every command shares.
class HikyakuTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<Subcommand> added = new ArrayList<>();

    @Test
    void printsTheVersionAndEndsWithZero() {
        // When
        int exit = run("version");

        // Then
        assertEquals(Exit.DONE, exit);
        assertTrue(out.toString().matches("(?s)hikyaku \\d+\\.\\d+\\.\\d+.*jdk +25.*tls +\\S+.*"), out::toString);
    }

    @Test
    void refusesACommandLineWithoutACommand() {
        // When
        int exit = run();

        // Then
        assertEquals(Exit.WRONG_USAGE, exit);
        assertTrue(err.toString().contains("version"), "the usage lists the commands: " + err);
        assertEquals("", out.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"versoin", "--no-such-option", "version --no-such-option", "version surplus"})
    void refusesWhatItDoesNotKnow(String line) {
        // When
        int exit = run(line.split(" "));

        // Then
        assertEquals(Exit.WRONG_USAGE, exit);
        assertFalse(err.toString().isBlank());
        assertEquals("", out.toString());
    }

    @Test
    void suggestsTheCommandThatWasMeant() {
        // When
        run("versoin");

        // Then
        assertTrue(err.toString().contains("hikyaku version"), err::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "version --help", "added --help"})
    void explainsEveryCommand(String line) {
        // Given
        added.add(new Added(() -> Exit.DONE));

        // When
        int exit = run(line.split(" "));

        // Then
        assertEquals(Exit.DONE, exit);
        assertTrue(out.toString().startsWith("Usage: hikyaku"), out::toString);
        assertTrue(out.toString().contains("--help"), out::toString);
    }

    @Test
    void everyCommandSaysWhatItIsFor() {
        // When
        CommandLine root = Hikyaku.commandLine(List.of());

        // Then
        assertEquals(List.of(), undescribed(root));
    }

    @Test
    void showsTheBridgeAmongTheProgramsAndWhatElseIsAddedAfterThem() {
        // Given
        added.add(new Added(() -> Exit.DONE));
        added.add(new Bridge());

        // When
        CommandLine root = Hikyaku.commandLine(added);

        // Then
        assertEquals(
                List.of("authority", "bridge", "kafka", "relay", "status", "version", "added"),
                List.copyOf(root.getSubcommands().keySet()));
    }

    @Test
    void isWithoutABridgeWhereItsModuleIsNot() {
        // When
        CommandLine root = Hikyaku.commandLine(ServiceLoader.load(Subcommand.class));

        // Then
        assertEquals(
                List.of("authority", "kafka", "relay", "status", "version"),
                List.copyOf(root.getSubcommands().keySet()));
    }

    @Test
    void listsAndRunsACommandOfAnotherModule() {
        // Given
        added.add(new Added(() -> 7));

        // When
        int exit = run("added");

        // Then
        assertEquals(7, exit);
    }

    @Test
    void reportsAFailureInOneLineAndEndsWithOne() {
        // Given
        added.add(new Added(() -> {
            throw new IllegalStateException("the relay is gone", new IOException("connection reset"));
        }));

        // When
        int exit = run("added");

        // Then
        assertEquals(Exit.FAILED, exit);
        assertEquals(
                "hikyaku added: the relay is gone: connection reset",
                err.toString().strip());
    }

    @Test
    void aWrongConfigurationIsWrongUsageAndShowsAllFindings() {
        // Given
        List<Finding> findings =
                List.of(new Finding("listen[0]", 3, "is no address"), new Finding("mesh", 1, "is missing"));
        added.add(new Added(() -> {
            throw new ConfigException(Path.of("relay.yaml"), findings);
        }));

        // When
        int exit = run("added");

        // Then
        assertEquals(Exit.WRONG_USAGE, exit);
        assertEquals(3, err.toString().lines().count(), err::toString);
        assertTrue(err.toString().startsWith("hikyaku added: relay.yaml:"), err::toString);
    }

    @Test
    void saysAReasonOnceOnly() {
        // Given
        added.add(new Added(() -> {
            throw new IllegalStateException(new IOException("connection reset"));
        }));

        // When
        run("added");

        // Then
        assertEquals(
                "hikyaku added: java.io.IOException: connection reset",
                err.toString().strip());
    }

    @Test
    void looksThroughWrappersThatSayNothing() {
        // Given
        added.add(new Added(() -> {
            throw new CompletionException(new UncheckedIOException(new NoSuchFileException("relay.yaml")));
        }));

        // When
        run("added");

        // Then
        assertEquals("hikyaku added: no such file: relay.yaml", err.toString().strip());
    }

    @Test
    void addsTheStackTraceWhenAskedTo() {
        // Given
        added.add(new Added(() -> {
            throw new IllegalStateException("the relay is gone");
        }));

        // When
        int exit = run("added", "--verbose");

        // Then
        assertEquals(Exit.FAILED, exit);
        assertTrue(err.toString().contains("at " + HikyakuTest.class.getName()), err::toString);
    }

    @Test
    void aCommandMayRefuseItsOptionsAfterReadingThem() {
        // Given
        Added command = new Added(() -> Exit.DONE);
        command.refuse = true;
        added.add(command);

        // When
        int exit = run("added");

        // Then
        assertEquals(Exit.WRONG_USAGE, exit);
        assertTrue(err.toString().startsWith("give one of them"), err::toString);
    }

    private int run(String... args) {
        return Hikyaku.run(added, new PrintWriter(out, true), new PrintWriter(err, true), args);
    }

    private static List<String> undescribed(CommandLine command) {
        List<String> found = new ArrayList<>();
        if (command.getCommandSpec().usageMessage().description().length == 0) {
            found.add(command.getCommandSpec().qualifiedName());
        }
        command.getSubcommands().values().forEach(below -> found.addAll(undescribed(below)));
        return found;
    }

    @Command(name = "bridge")
    static final class Bridge implements Subcommand {
        @Override
        public Integer call() {
            return Exit.DONE;
        }
    }

    @Command(name = "added", description = "Comes from elsewhere.")
    static final class Added implements Subcommand {
        private final Callable<Integer> body;
        private boolean refuse;

        @Option(names = "--count")
        private int count;

        @CommandLine.Spec
        private CommandLine.Model.CommandSpec spec;

        Added(Callable<Integer> body) {
            this.body = body;
        }

        @Override
        public Integer call() throws Exception {
            if (refuse) {
                throw new CommandLine.ParameterException(spec.commandLine(), "give one of them");
            }
            return body.call() + count;
        }
    }
}
