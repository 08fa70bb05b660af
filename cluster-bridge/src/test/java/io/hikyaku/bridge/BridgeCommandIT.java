package io.hikyaku.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.cli.Exit;
import io.hikyaku.cli.Hikyaku;
import io.hikyaku.cli.Subcommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// As the program finds it, which queues what is printed on standard error from then on.
class BridgeCommandIT {
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @Test
    void asksForItsConfiguration() {
        // When
        int exit = run("bridge");

        // Then
        assertEquals(Exit.WRONG_USAGE, exit);
        assertTrue(err.toString().startsWith("Missing required option: '--config=FILE'"), err::toString);
    }

    @Test
    void showsWhatIsWrongWithItsConfiguration() throws Exception {
        // Given
        Path config = Files.writeString(folder.resolve("bridge.yaml"), "mesh: demo\n");

        // When
        int exit = run("bridge", "--config", config.toString());

        // Then
        assertEquals(Exit.WRONG_USAGE, exit);
        assertTrue(err.toString().startsWith("hikyaku bridge: " + config + ":"), err::toString);
        assertTrue(err.toString().contains("cluster") && err.toString().contains("identity"), err::toString);
    }

    private int run(String... arguments) {
        return Hikyaku.commandLine(ServiceLoader.load(Subcommand.class))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
