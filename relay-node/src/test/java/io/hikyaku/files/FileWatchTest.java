package io.hikyaku.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileWatchTest {
    @TempDir
    Path folder;

    private Path file;
    private FileWatch watch;

    @BeforeEach
    void takeTheFirst() throws IOException {
        file = Files.writeString(folder.resolve("file"), "one");
        watch = new FileWatch(List.of(file, folder.resolve("second")));
        watch.look();
        watch.look();
        watch.take();
    }

    @Test
    void whatHasNotChangedIsNoNews() {
        // When, then
        assertFalse(watch.look());
        assertFalse(watch.look());
    }

    @Test
    void aChangeIsNewsOnceNobodyWritesAnyMore() throws IOException {
        // When
        Files.writeString(file, "tw");
        boolean half = watch.look();
        Files.writeString(file, "two");
        boolean whole = watch.look();
        boolean still = watch.look();

        // Then
        assertFalse(half);
        assertFalse(whole);
        assertTrue(still);
    }

    @Test
    void newsStayNewsUntilTheyAreTaken() throws IOException {
        // Given
        Files.writeString(folder.resolve("second"), "two");
        watch.look();

        // When
        boolean first = watch.look();
        boolean again = watch.look();
        watch.take();

        // Then
        assertTrue(first && again);
        assertFalse(watch.look());
    }

    @Test
    void sizeAndTimeMayStayTheSame() throws IOException {
        // Given
        FileTime time = Files.getLastModifiedTime(file);

        // When
        Files.writeString(file, "two");
        Files.setLastModifiedTime(file, time);
        watch.look();

        // Then
        assertTrue(watch.look());
    }

    @Test
    void theEndOfALargeFileIsLookedAtToo() throws IOException {
        // Given
        String large = "#".repeat(5 << 20);
        Files.writeString(file, large + "one");
        watch.look();
        watch.look();
        watch.take();

        // When
        Files.writeString(file, large + "two");
        watch.look();

        // Then
        assertTrue(watch.look());
    }

    @Test
    void aSymbolicLinkMaySwapTheFolderAsKubernetesDoes() throws IOException {
        // Given
        Path first = Files.createDirectory(folder.resolve("..1"));
        Path second = Files.createDirectory(folder.resolve("..2"));
        Files.writeString(first.resolve("tls.crt"), "one");
        Files.writeString(second.resolve("tls.crt"), "two");
        Path data = Files.createSymbolicLink(folder.resolve("..data"), first);
        Path mounted = Files.createSymbolicLink(folder.resolve("tls.crt"), data.resolve("tls.crt"));
        FileWatch mount = new FileWatch(List.of(mounted));
        mount.look();
        mount.look();
        mount.take();

        // When
        Path next = Files.createSymbolicLink(folder.resolve("..data_tmp"), second);
        Files.move(next, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        mount.look();

        // Then
        assertTrue(mount.look());
        assertEquals("two", Files.readString(mounted));
    }

    @Test
    void aFileThatGoesAwayIsNews() throws IOException {
        // When
        Files.delete(file);
        watch.look();

        // Then
        assertTrue(watch.look());
    }
}
