package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;

/// A named pipe: who opens one end of it waits until somebody has the other.
final class NamedPipe {
    private NamedPipe() {}

    /// Makes one, in the place of a file if there is one.
    static Path at(Path path) throws Exception {
        Files.deleteIfExists(path);
        assertEquals(0, new ProcessBuilder("mkfifo", path.toString()).start().waitFor());
        return path;
    }
}
