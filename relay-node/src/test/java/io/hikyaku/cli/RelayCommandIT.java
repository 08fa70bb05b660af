package io.hikyaku.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.identity.Member;
import io.hikyaku.identity.issue.Authority;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The relay as a process of its own.
class RelayCommandIT {
    private static final Pattern ADMIN = Pattern.compile("admin at (\\S+:\\d+)");
    private static final long DEADLINE_SECONDS = 60;

    @TempDir
    private Path directory;

    private Path config;

    @BeforeEach
    void writeConfiguration() throws Exception {
        Authority authority = Authority.init("demo", directory.resolve("ca"), InstantSource.system());
        authority.issue(Member.relay("demo", "relay-1"), directory.resolve("relay-1"), Duration.ofDays(1));
        config = directory.resolve("relay.yaml");
        Files.writeString(config, """
                mesh: demo
                identity: { directory: relay-1 }
                listen: [ "tls://127.0.0.1:0" ]
                admin: { listen: "127.0.0.1:0" }
                eventLoops: 1
                """);
    }

    @Test
    void runsAnswersStatusAndEndsCleanlyWhenToldTo() throws Exception {
        // Given
        Process relay = start("relay", "--config", config.toString());
        try (BufferedReader log = relay.errorReader()) {
            String admin = awaitAdmin(log);
            StringWriter out = new StringWriter();

            // When
            int status = Hikyaku.run(
                    List.of(), new PrintWriter(out), new PrintWriter(new StringWriter()), "status", "--admin", admin);
            relay.toHandle().destroy(); // unlike its namesake, leaves the streams open

            // Then
            assertEquals(Exit.DONE, status);
            assertTrue(out.toString().startsWith("relay relay/relay-1 of mesh demo, node "), out::toString);
            assertTrue(relay.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS));
            assertEquals(Exit.DONE, relay.exitValue());
            assertTrue(log.lines().anyMatch(line -> line.endsWith("relay has stopped")));
        } finally {
            relay.destroyForcibly();
        }
    }

    @Test
    void saysInOneLineWhyItCannotStart() throws Exception {
        // Given
        Files.delete(directory.resolve("relay-1").resolve("tls.key"));

        // When
        Process relay = start("relay", "--config", config.toString());

        // Then
        try (BufferedReader log = relay.errorReader()) {
            List<String> lines = log.lines().toList();
            assertTrue(relay.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS));
            assertEquals(Exit.FAILED, relay.exitValue());
            assertEquals(1, lines.size(), lines::toString);
            assertTrue(lines.getFirst().endsWith("tls.key does not exist"), lines::toString);
        } finally {
            relay.destroyForcibly();
        }
    }

    @Test
    void aWrongConfigurationEndsWithTwo() throws Exception {
        // Given
        Files.writeString(config, "mesh: demo\n");
        StringWriter err = new StringWriter();

        // When
        int exit = Hikyaku.run(
                List.of(),
                new PrintWriter(new StringWriter()),
                new PrintWriter(err),
                "relay",
                "--config",
                config.toString());

        // Then
        assertEquals(Exit.WRONG_USAGE, exit);
        assertTrue(err.toString().contains("identity") && err.toString().contains("listen"), err::toString);
    }

    @Test
    void statusSaysWhereNothingAnswers() {
        // Given
        StringWriter err = new StringWriter();

        // When
        int exit = Hikyaku.run(
                List.of(),
                new PrintWriter(new StringWriter()),
                new PrintWriter(err),
                "status",
                "--admin",
                "127.0.0.1:1");

        // Then
        assertEquals(Exit.FAILED, exit);
        assertTrue(err.toString().startsWith("hikyaku status: nothing answers at 127.0.0.1:1;"), err::toString);
    }

    private static Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                Hikyaku.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).start();
    }

    private static String awaitAdmin(BufferedReader log) throws IOException {
        StringBuilder seen = new StringBuilder();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            seen.append(line).append('\n');
            Matcher matcher = ADMIN.matcher(line);
            if (matcher.find()) {
                return matcher.group(1);
            }
        }
        throw new AssertionError("the relay ended:\n" + seen);
    }
}
