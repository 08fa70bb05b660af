package io.hikyaku.project;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `./hikyaku` as a user starts it, with the jars of this build.
class LauncherIT {
    private static final List<String> TOOLS =
            List.of("bash", "cat", "dirname", "env", "find", "flock", "head", "mkdir", "readlink", "sed", "sleep");
    private static final Pattern COMMAND = Pattern.compile("(?m)^ {2}([a-z]+) ");

    @TempDir
    private Path folder;

    private Path launcher;

    @BeforeEach
    void copyTheLauncher() throws IOException {
        launcher = Files.copy(Project.ROOT.resolve("hikyaku"), folder.resolve("hikyaku"));
        assertTrue(launcher.toFile().setExecutable(true));
    }

    @Test
    void runsFromAnyFolderAndThroughALink() throws Exception {
        // Given
        putJarsBesideIt("loadtest");
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Path link = Files.createSymbolicLink(elsewhere.resolve("link"), Path.of("../hikyaku"));

        // When
        Ended ended = run(elsewhere, Map.of(), link.toString(), "version");

        // Then
        assertEquals(0, ended.exit, ended::output);
        assertTrue(ended.output.startsWith("hikyaku "), ended::output);
    }

    @Test
    void isARelayWithoutABridgeWhereOnlyTheRelaysJarsAre() throws Exception {
        // Given
        putJarsBesideIt("relay-node");

        // When
        Ended help = run(folder, Map.of(), launcher.toString(), "--help");
        Ended bridge = run(folder, Map.of(), launcher.toString(), "bridge");
        Ended relay = run(folder, Map.of(), launcher.toString(), "relay", "--help");

        // Then
        assertEquals(List.of("authority", "kafka", "relay", "status", "version"), commands(help.output), help::output);
        assertEquals(2, bridge.exit, bridge::output);
        assertEquals(0, relay.exit, relay::output);
    }

    @Test
    void isARelayAndABridgeWhereTheBridgesJarsAre() throws Exception {
        // Given
        putJarsBesideIt("cluster-bridge");

        // When
        Ended help = run(folder, Map.of(), launcher.toString(), "--help");

        // Then
        assertEquals(
                List.of("authority", "bridge", "kafka", "kube", "relay", "status", "version"),
                commands(help.output),
                help::output);
    }

    @Test
    void passesArgumentsAndTheExitCodeOn() throws Exception {
        // Given
        putJarsBesideIt("loadtest");

        // When
        Ended ended = run(folder, Map.of(), launcher.toString(), "no such", "command");

        // Then
        assertEquals(2, ended.exit, ended::output);
        assertTrue(ended.output.contains("'no such'"), ended::output);
    }

    @Test
    void becomesTheJavaProcessSoThatSignalsReachIt() throws Exception {
        // Given
        putJarsBesideIt("loadtest");
        String wait = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=127.0.0.1:0";
        Process process = start(folder, Map.of("HIKYAKU_JAVA_OPTS", wait), launcher.toString(), "version");

        // When
        String announced = process.inputReader().readLine();

        // Then
        try {
            assertTrue(announced.contains("Listening"), announced);
            Optional<String> command = process.toHandle().info().command();
            assertTrue(command.orElseThrow().endsWith("/bin/java"), command::toString);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void saysThatMavenIsMissing() throws Exception {
        // Given
        Files.createFile(folder.resolve("pom.xml"));
        Path tools = Files.createDirectory(folder.resolve("bin"));
        for (String tool : TOOLS) {
            Optional<Path> found = onPath(tool);
            if (found.isPresent()) {
                Files.createSymbolicLink(tools.resolve(tool), found.get());
            }
        }

        // When
        Ended ended = run(folder, Map.of("PATH", tools.toString()), launcher.toString(), "version");

        // Then
        assertEquals(1, ended.exit, ended::output);
        assertTrue(ended.output.contains("no mvn on PATH"), ended::output);
    }

    @Test
    void saysThatItStandsAlone() throws Exception {
        // When
        Ended ended = run(folder, Map.of(), launcher.toString(), "version");

        // Then
        assertEquals(1, ended.exit, ended::output);
        assertTrue(ended.output.contains("neither its jars"), ended::output);
    }

    private void putJarsBesideIt(String module) throws IOException {
        Files.createSymbolicLink(
                folder.resolve("lib"), Project.ROOT.resolve(module).resolve("target/lib"));
    }

    private static List<String> commands(String help) {
        return COMMAND.matcher(help).results().map(match -> match.group(1)).toList();
    }

    private static Optional<Path> onPath(String tool) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(place -> Path.of(place, tool))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static Ended run(Path folder, Map<String, String> environment, String... command) throws Exception {
        Process process = start(folder, environment, command);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "did not end");
        return new Ended(process.exitValue(), output);
    }

    private static Process start(Path folder, Map<String, String> environment, String... command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().keySet().removeAll(List.of("MAVEN_HOME", "M2_HOME", "HIKYAKU_JAVA_OPTS"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    private record Ended(int exit, String output) {}
}
