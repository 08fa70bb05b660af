package io.hikyaku.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class MadeFromFilesTest {
    @TempDir
    Path folder;

    private Path file;
    private long nanos;
    private int made;
    private MadeFromFiles<String> text;

    @BeforeEach
    void makeTheFirst() throws IOException {
        file = Files.writeString(folder.resolve("file"), "one");
        text = new MadeFromFiles<>("the text", List.of(file), this::read, () -> nanos);
    }

    private String read() {
        made++;
        try {
            String read = Files.readString(file);
            if (read.equals("nonsense")) {
                throw new IllegalArgumentException("nonsense");
            }
            return read;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void aSecondPasses() {
        nanos += Duration.ofSeconds(1).toNanos();
    }

    @Test
    void aChangeIsUsed() throws IOException {
        // Given
        Files.writeString(file, "two");
        aSecondPasses();

        // When
        String current = text.current();

        // Then
        assertEquals("two", current);
    }

    @Test
    void filesAreLookedAtOnceASecond() throws IOException {
        // Given
        Files.writeString(file, "two");
        nanos += Duration.ofSeconds(1).toNanos() - 1;

        // When
        String early = text.current();

        // Then
        assertEquals("one", early);
    }

    @Test
    void whatHasNotChangedIsNotMadeAgain() throws IOException {
        // Given
        Files.writeString(file, "one");
        aSecondPasses();

        // When
        String current = text.current();

        // Then
        assertSame(current, text.current());
        assertEquals(1, made);
    }

    @Test
    void whatCannotBeUsedIsTriedOnceAndTheOneBeforeStays() throws IOException {
        // Given
        Files.writeString(file, "nonsense");
        aSecondPasses();
        assertEquals("one", text.current());
        aSecondPasses();

        // When
        String current = text.current();

        // Then
        assertEquals("one", current);
        assertEquals(2, made);
    }

    @Test
    void afterSomethingUnusableTheNextIsUsed() throws IOException {
        // Given
        Files.delete(file);
        aSecondPasses();
        assertEquals("one", text.current());
        Files.writeString(file, "three");
        aSecondPasses();

        // When
        String current = text.current();

        // Then
        assertEquals("three", current);
    }

    @Test
    void whatCannotBeUsedAtTheStartIsToldToTheCaller() throws IOException {
        // Given
        Files.writeString(file, "nonsense");

        // Then
        assertThrows(
                IllegalArgumentException.class,
                () -> new MadeFromFiles<>("the text", List.of(file), this::read, () -> nanos));
    }

    @Test
    @Timeout(60)
    void aPipeInThePlaceOfTheFileHoldsUpNobody() throws Exception {
        // Given
        Files.delete(file);
        assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
        aSecondPasses();

        // When
        String current = text.current();

        // Then
        assertEquals("one", current);
    }
}
