package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A program of this machine that tests use as a client, where it is installed.
record Tool(String name) {
    private static final int PATIENCE_SECONDS = 90;

    /// Skips the test without it.
    static Tool installed(String name) {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, name))),
                name + " is not installed");
        return new Tool(name);
    }

    /// What it printed, to both outputs, each byte one character.
    ///
    /// @param folder for what it prints
    Ended run(Path folder, String... arguments) throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, name, ".out");
        Path err = Files.createTempFile(folder, name, ".err");
        Process process = new ProcessBuilder(command(arguments))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        process.getOutputStream().close();
        try {
            assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), () -> name + " does not end");
        } finally {
            process.destroyForcibly();
        }
        return new Ended(process.exitValue(), text(out), text(err));
    }

    /// Leaves it running.
    Process start(String... arguments) throws IOException {
        return new ProcessBuilder(command(arguments)).redirectErrorStream(true).start();
    }

    private List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(name));
        command.addAll(List.of(arguments));
        return command;
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    /// @param exit its code
    record Ended(int exit, String out, String err) {
        /// What it printed, if it succeeded.
        String success() {
            assertTrue(exit == 0, () -> exit + ": " + out + err);
            return out;
        }
    }
}
