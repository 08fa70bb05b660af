package io.hikyaku.node.reload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.hikyaku.config.yaml.ConfigException;
import io.hikyaku.config.yaml.Finding;
import io.hikyaku.status.NodeStatus;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Only the configuration's file is real.
public class ConfigReloadTest {
    public record Text(String text, String fixed) {}

    @TempDir
    private Path folder;

    private Path file;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Reloads reloads = new Reloads(meters, "reloads", "");
    private final List<String> taken = new ArrayList<>();
    private final List<String> tried = new ArrayList<>();
    private @Nullable String obstacle;
    private long nanos;
    private ConfigReload<Text> reload;

    @BeforeEach
    void start() throws IOException {
        file = folder.resolve("config");
        Files.writeString(file, "one");
        reload = new ConfigReload<>(
                file, new Text("one", ""), this::read, Set.of("text"), this::take, reloads, () -> nanos);
        rounds(2);
    }

    private Text read(Path path) {
        try {
            String text = Files.readString(path);
            if (text.startsWith("bad")) {
                throw new ConfigException(path, List.of(new Finding("text", 1, text)));
            }
            return new Text(text, text.startsWith("fixed") ? text : "");
        } catch (IOException e) {
            throw new ConfigException(path, List.of(new Finding("", 0, "cannot be read")));
        }
    }

    private void take(Text changed) throws IOException {
        tried.add(changed.text());
        String now = obstacle;
        if (now != null && now.equals("bug")) {
            throw new IllegalStateException(now);
        }
        if (now != null) {
            throw new IOException(now);
        }
        taken.add(changed.text());
    }

    private void rounds(int count) {
        for (int i = 0; i < count; i++) {
            reload.look(false);
            nanos += Duration.ofSeconds(1).toNanos();
        }
    }

    private void askedFor() {
        reload.look(false);
        reload.look(true);
    }

    /// With something in the way of what the file says from now on.
    private void changeInVain(String reason) throws IOException {
        obstacle = reason;
        Files.writeString(file, "two");
    }

    private double count(String outcome) {
        return meters.counter("reloads", "outcome", outcome).count();
    }

    private static List<String> findings(Reloads of) {
        return Objects.requireNonNull(of.last()).findings();
    }

    @Test
    void takesWhatHasChangedOnceItIsTheSameTwice() throws Exception {
        // Given
        Files.writeString(file, "two");

        // When
        rounds(1);
        List<String> early = List.copyOf(taken);
        rounds(5);

        // Then
        assertEquals(List.of(), early);
        assertEquals(List.of("two"), taken);
        assertEquals(1, count("applied"));
    }

    @Test
    void triesAgainByItselfWithGrowingPausesAndSaysItOnce() throws Exception {
        // Given
        changeInVain("port in use");

        // When
        rounds(100);
        int tries = tried.size();
        obstacle = null;
        rounds(60);

        // Then: at 1, 2, 4, 9, 18, 35 and 68 seconds, about
        assertEquals(7, tries);
        assertEquals(List.of("two"), taken);
        assertEquals(1, count("refused"));
        assertEquals(1, count("applied"));
    }

    @Test
    void triesAgainAtOnceWhenAsked() throws Exception {
        // Given
        changeInVain("port in use");
        rounds(100);
        obstacle = null;

        // When
        askedFor();

        // Then
        assertEquals(List.of("two"), taken);
    }

    @Test
    void anotherReasonIsSaid() throws Exception {
        // Given
        changeInVain("port in use");
        rounds(10);

        // When
        obstacle = "file missing";
        rounds(60);

        // Then
        assertEquals(List.of("file missing"), findings(reloads));
        assertEquals(2, count("refused"));
    }

    @Test
    void aBugInPuttingItInPlaceIsARefusalAndTriedAgain() throws Exception {
        // Given
        changeInVain("bug");
        rounds(2);
        assertEquals(List.of("putting it in place failed: java.lang.IllegalStateException: bug"), findings(reloads));

        // When
        obstacle = null;
        rounds(3);

        // Then
        assertEquals(List.of("two"), taken);
    }

    @Test
    void theOldContentAgainEndsTheTries() throws Exception {
        // Given
        changeInVain("port in use");
        rounds(5);
        int tries = tried.size();

        // When
        Files.writeString(file, "one");
        rounds(200);

        // Then
        assertEquals(tries, tried.size());
        assertEquals("applied", Objects.requireNonNull(reloads.last()).outcome());
    }

    @Test
    void aFileThatIsGoneForAWhileChangesNothing() throws Exception {
        // Given
        Files.delete(file);
        rounds(3);
        NodeStatus.Reload gone = Objects.requireNonNull(reloads.last());

        // When
        Files.writeString(file, "one");
        rounds(3);

        // Then
        assertEquals(List.of("cannot be read"), gone.findings());
        assertEquals("applied", Objects.requireNonNull(reloads.last()).outcome());
        assertEquals(List.of(), tried);
    }

    @Test
    void whatTakesARestartIsNotTried() throws Exception {
        // When
        Files.writeString(file, "fixed");
        rounds(100);

        // Then
        assertEquals(List.of(), tried);
        assertEquals(List.of("fixed: a change takes a restart"), findings(reloads));
        assertEquals(1, count("refused"));
    }

    @Test
    void askingWithoutAChangeIsNoReload() {
        // When
        askedFor();

        // Then
        assertNull(reloads.last());
    }

    @Test
    void whatWasRefusedIsNotTriedWhileSomebodyWritesTheFile() throws Exception {
        // Given
        changeInVain("port in use");
        rounds(2);
        obstacle = null;
        nanos += Duration.ofMinutes(2).toNanos();

        // When
        Files.writeString(file, "thr");
        rounds(1);
        Files.writeString(file, "three");
        rounds(3);

        // Then
        assertEquals(List.of("three"), taken);
    }

    @Test
    @Timeout(60)
    void aPipeInThePlaceOfTheFileHoldsUpNobody() throws Exception {
        // Given
        Files.delete(file);
        assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());

        // When
        rounds(5);
        askedFor();

        // Then
        assertEquals(List.of("it is no file any more"), findings(reloads));
    }
}
