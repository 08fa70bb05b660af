package io.hikyaku.call.observe.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.observe.Observation.Side;
import io.hikyaku.call.observe.meter.CallBooks;
import io.hikyaku.call.observe.meter.CallObservers;
import io.hikyaku.call.observe.meter.ServiceCalls;
import io.hikyaku.config.AccessLogConfig;
import io.hikyaku.loop.Await;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class AccessLogIT {
    @TempDir
    Path folder;

    private static AccessLog log(Path file) throws IOException {
        return AccessLog.start(new AccessLogConfig(Optional.of(file), false));
    }

    private static ServiceCalls calls(AccessLog log) {
        return new CallBooks(new SimpleMeterRegistry(), new CallObservers(log, null)).calls(Side.IMPORT, "a/b:1");
    }

    private static void await(BooleanSupplier reached) {
        Await.until("what is logged", reached::getAsBoolean);
    }

    @Test
    void whatWaitsIsWrittenAtTheEnd() throws Exception {
        // Given
        Path file = folder.resolve("access.log");
        AccessLog log = log(file);
        ServiceCalls calls = calls(log);
        for (int i = 0; i < 1000; i++) {
            calls.begin().finish("completed", 0);
        }

        // When
        log.close();

        // Then
        assertEquals(1000, Files.readAllLines(file).size());
        assertEquals(1000, log.written().sum());
        assertEquals(0, log.dropped().sum());
    }

    @Test
    void aFileThatWasMovedAwayIsOpenedAnew() throws Exception {
        // Given
        Path file = folder.resolve("access.log");
        Path moved = folder.resolve("access.log.1");
        try (AccessLog log = log(file)) {
            ServiceCalls calls = calls(log);
            calls.begin().finish("completed", 0);
            await(() -> log.written().sum() == 1);

            // When
            Files.move(file, moved);
            await(() -> {
                calls.begin().finish("completed", 0);
                return Files.exists(file);
            });
        }

        // Then
        assertTrue(Files.readAllLines(moved).size() >= 1);
        assertTrue(Files.readAllLines(file).size() >= 1);
    }

    @Test
    void linesThatCannotBeWrittenAreCountedAndNobodyWaits() throws Exception {
        // Given
        Path directory = Files.createDirectory(folder.resolve("logs"));
        Path file = directory.resolve("access.log");
        try (AccessLog log = log(file)) {
            ServiceCalls calls = calls(log);
            Files.delete(file);
            Files.delete(directory);

            // When
            await(() -> {
                calls.begin().finish("completed", 0);
                return log.dropped().sum() > 0;
            });
            Files.createDirectory(directory);

            // Then
            await(() -> {
                calls.begin().finish("completed", 0);
                return Files.exists(file);
            });
        }
    }

    @Test
    void whenTheFileIsNotReadThereIsABound() throws Exception {
        // Given: a pipe that nobody reads from
        Path pipe = folder.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        try (var reader = java.nio.channels.FileChannel.open(
                        pipe, java.nio.file.StandardOpenOption.READ, java.nio.file.StandardOpenOption.WRITE);
                AccessLog log = log(pipe)) {
            ServiceCalls calls = calls(log);

            // When
            for (int i = 0; i < 3 * AccessLog.QUEUE_LINES; i++) {
                calls.begin().finish("completed", 0);
            }

            // Then
            assertTrue(
                    log.dropped().sum() > AccessLog.QUEUE_LINES,
                    () -> log.dropped().sum() + " dropped");
            assertTrue(reader.isOpen());
        }
    }

    @Test
    void aPipeThatIsTakenAwayWhileItIsOpenedDoesNotEndTheLog() throws Exception {
        // Given: a pipe that nobody reads from until it has lost its name
        Path pipe = folder.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        Path otherName = Files.createLink(folder.resolve("other"), pipe);
        try (AccessLog log = log(pipe)) {
            ServiceCalls calls = calls(log);
            Files.delete(pipe);

            // When
            try (var reader = Files.newInputStream(otherName)) {
                // Then
                await(() -> {
                    calls.begin().finish("completed", 0);
                    return log.written().sum() > 0;
                });
                assertTrue(Files.isRegularFile(pipe));
                assertEquals(-1, reader.read());
            }
        }
    }

    @Test
    void aFileThatCannotBeOpenedIsToldAtTheStart() {
        IOException refusal = assertThrows(IOException.class, () -> log(folder.resolve("none/access.log")));
        assertTrue(refusal.getMessage().startsWith("cannot write the access log"), refusal.getMessage());
    }
}
