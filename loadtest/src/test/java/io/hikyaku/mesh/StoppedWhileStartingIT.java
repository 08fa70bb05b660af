package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.cli.Exit;
import io.hikyaku.cli.Hikyaku;
import io.hikyaku.identity.Member;
import io.hikyaku.identity.issue.Authority;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A program that is told to stop while it starts ends with 0, wherever it is. A named pipe in the place of a file
/// shows where: it opens for writing when it is opened for reading.
@Tag("patient")
@Timeout(120)
class StoppedWhileStartingIT {
    @TempDir
    private Path folder;

    private final List<Process> programs = new ArrayList<>();
    private Path identity;
    private Path config;

    @BeforeEach
    void makeIdentities() throws Exception {
        Authority authority = Authority.init("demo", folder.resolve("ca"), InstantSource.system());
        identity = folder.resolve("tokyo");
        authority.issue(Member.cluster("demo", "tokyo"), identity, Duration.ofDays(1));
        config = folder.resolve("config.yaml");
    }

    @AfterEach
    void end() {
        programs.forEach(Process::destroyForcibly);
    }

    private Process start(String command) throws IOException {
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Xmx96m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Hikyaku.class.getName(),
                        command,
                        "--config",
                        config.toString())
                .redirectErrorStream(true)
                .redirectOutput(log().toFile())
                .start();
        programs.add(program);
        return program;
    }

    private Path log() {
        return folder.resolve("log");
    }

    private void writeConfig(String links) throws IOException {
        Files.writeString(config, """
                mesh: demo
                cluster: tokyo
                identity: { directory: tokyo }
                links: [ %s ]
                admin: { listen: "127.0.0.1:0" }
                """.formatted(links));
    }

    private void assertStopsCleanly(Process program) throws Exception {
        program.toHandle().destroy();
        assertTrue(program.waitFor(60, TimeUnit.SECONDS), "it has not ended");
        String log = Files.readString(log());
        assertEquals(Exit.DONE, program.exitValue(), log);
        assertFalse(log.contains("\tat ") || log.contains("\\tat "), log);
        assertFalse(log.contains("hikyaku "), log);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bridge", "relay"})
    void aProgramThatReadsItsConfiguration(String command) throws Exception {
        // Given
        NamedPipe.at(config);
        Process program = start(command);
        try (OutputStream opened = new FileOutputStream(config.toFile())) {
            // When, then
            assertStopsCleanly(program);
        }
    }

    @Test
    void aBridgeThatReadsItsKey() throws Exception {
        // Given
        writeConfig("relay: \"tls://127.0.0.1:1\"");
        NamedPipe.at(identity.resolve("tls.key"));
        Process bridge = start("bridge");
        try (OutputStream opened =
                new FileOutputStream(identity.resolve("tls.key").toFile())) {
            // When, then
            assertStopsCleanly(bridge);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kafka: { bootstrapServers: \"127.0.0.1:%d\" }", "relay: \"tls://127.0.0.1:%d\""})
    void aBridgeThatHasConnectedToOneThatDoesNotAnswer(String link) throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            // Given
            writeConfig(link.formatted(silent.getLocalPort()));
            Process bridge = start("bridge");
            try (Socket connected = silent.accept()) {
                // When, then
                assertStopsCleanly(bridge);
            }
        }
    }
}
