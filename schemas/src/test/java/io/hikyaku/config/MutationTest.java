package io.hikyaku.config;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.hikyaku.config.BadDocument.Program;
import io.hikyaku.config.yaml.ConfigException;
import io.hikyaku.config.yaml.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whatever a file holds: a record or a [ConfigException], and nothing else.
class MutationTest {

    private static final int ROUNDS = 1_000;
    private static final long SEED = Long.getLong("hikyaku.seed", System.nanoTime());
    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            ":",
            ": ",
            ",",
            "- ",
            "\n",
            "  ",
            "\t",
            "'",
            "\"",
            "#",
            "&a",
            "*a",
            "!!int ",
            "!!binary ",
            "!x ",
            "---\n",
            "...\n",
            "|\n",
            ">\n",
            "? ",
            "<<: ",
            "%YAML 1.1\n",
            "null",
            "~",
            "0x1F",
            "1e999",
            "-0",
            ".inf",
            "0o17",
            "99999999999999999999",
            "1_000",
            "\0",
            "\uFEFF",
            "\uD800",
            "é",
            "[::1]:80",
            "[::]",
            "fe80::1%x",
            "10s",
            "64KiB",
            "tls://",
            "wss://",
            "kafka: {}",
            "\\x",
            "@",
            "`",
            "%");

    @ParameterizedTest
    @CsvSource({"BRIDGE, bridge.yaml", "RELAY, relay.yaml"})
    void neverThrowsAnythingElse(Program program, String file) throws IOException {
        // Given
        String original = Files.readString(Path.of("../deploy/examples", file));
        int refused = 0;

        for (int round = 0; round < ROUNDS; round++) {
            // When
            String mutant = mutate(original, new Random(SEED + round));
            refused += read(program, mutant, SEED + round) ? 0 : 1;
        }

        // Then
        assertTrue(refused > ROUNDS / 10 && refused < ROUNDS, refused + " refused; seed " + SEED);
    }

    private static boolean read(Program program, String yaml, long seed) {
        try {
            Reading.text(Path.of("x.yaml"), yaml, program.reader);
            return true;
        } catch (ConfigException expected) {
            assertFalse(expected.findings().isEmpty(), "seed " + seed);
            return false;
        } catch (RuntimeException | StackOverflowError other) {
            return fail("seed " + seed + ", give it back with -Dhikyaku.seed; the document:\n" + yaml, other);
        }
    }

    private static String mutate(String original, Random random) {
        List<String> lines = new ArrayList<>(original.lines().toList());
        for (int change = random.nextInt(1, 5); change > 0; change--) {
            int at = random.nextInt(lines.size());
            switch (random.nextInt(5)) {
                case 0 -> lines.set(at, cut(lines.get(at), random));
                case 1 -> lines.add(at, lines.get(random.nextInt(lines.size())));
                case 2 ->
                    lines.set(at, " ".repeat(random.nextInt(8)) + lines.get(at).strip());
                default -> lines.set(at, insert(lines.get(at), random));
            }
        }
        return String.join("\n", lines);
    }

    private static String cut(String line, Random random) {
        int from = random.nextInt(line.length() + 1);
        int to = random.nextInt(from, line.length() + 1);
        return line.substring(0, from) + line.substring(to);
    }

    private static String insert(String line, Random random) {
        int at = random.nextInt(line.length() + 1);
        return line.substring(0, at) + PIECES.get(random.nextInt(PIECES.size())) + line.substring(at);
    }
}
