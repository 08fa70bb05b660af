package io.hikyaku.lab;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Looks for planted plaintext in the log segments of a broker.
final class SegmentScan {
    private SegmentScan() {}

    /// @param data the broker's data folder
    /// @param canary at least one byte
    static boolean holds(Path data, byte[] canary) throws IOException {
        List<Path> segments;
        try (Stream<Path> files = Files.walk(data)) {
            segments = files.filter(file -> file.toString().endsWith(".log")).toList();
        }
        for (Path segment : segments) {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(segment), 1 << 16)) {
                if (holds(in, canary)) {
                    return true;
                }
            } catch (NoSuchFileException deleted) { // its retention ran out meanwhile
                continue;
            }
        }
        return false;
    }

    /// The search of Knuth, Morris and Pratt: it needs no byte twice, so segments of any size are read as
    /// streams.
    static boolean holds(InputStream in, byte[] canary) throws IOException {
        int[] borders = borders(canary);
        int matched = 0;
        for (int read = in.read(); read >= 0; read = in.read()) {
            while (matched > 0 && (byte) read != canary[matched]) {
                matched = borders[matched - 1];
            }
            if ((byte) read == canary[matched]) {
                matched++;
            }
            if (matched == canary.length) {
                return true;
            }
        }
        return false;
    }

    private static int[] borders(byte[] canary) {
        int[] borders = new int[canary.length];
        for (int i = 1, length = 0; i < canary.length; i++) {
            while (length > 0 && canary[i] != canary[length]) {
                length = borders[length - 1];
            }
            if (canary[i] == canary[length]) {
                length++;
            }
            borders[i] = length;
        }
        return borders;
    }
}
