package io.hikyaku.config.yaml;

import io.hikyaku.config.yaml.Findings.Refused;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Function;

/// One file being read: what was found in it so far, the listeners that it asks for, and the folder that its relative
/// paths start from.
public record Reading(Path folder, Findings findings, Listeners listeners) {

    /// Ten thousand services take 2 MiB.
    static final int MAX_BYTES = 16 << 20;

    /// Reads a file into a record, or throws [ConfigException] with all findings.
    public static <T> T file(Path file, Function<Setting, T> reader) {
        Findings findings = new Findings();
        try {
            return text(file, load(file, findings), reader, findings);
        } catch (Refused noted) {
            throw findings.in(file);
        }
    }

    /// Reads what a file would hold.
    public static <T> T text(Path file, String yaml, Function<Setting, T> reader) {
        return text(file, yaml, reader, new Findings());
    }

    private static <T> T text(Path file, String yaml, Function<Setting, T> reader, Findings findings) {
        try {
            Path folder = file.toAbsolutePath().normalize().resolveSibling("");
            Reading reading = new Reading(folder, findings, new Listeners());
            T value = reader.apply(new Setting(YamlTree.parse(yaml, findings), "", reading));
            if (findings.count() == 0) {
                return value;
            }
        } catch (Refused noted) {
            // all that was found is thrown below
        }
        throw findings.in(file);
    }

    private static String load(Path file, Findings findings) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw findings.add("", 0, "larger than 16MiB");
            }
            byte[] bytes = Files.readAllBytes(file);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (NoSuchFileException missing) {
            throw findings.add("", 0, "there is no such file");
        } catch (CharacterCodingException foreign) {
            throw findings.add("", 0, "not UTF-8");
        } catch (IOException failed) {
            throw findings.add("", 0, "cannot be read: " + failed.getMessage());
        }
    }
}
