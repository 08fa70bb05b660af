package io.hikyaku.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/// The commented hex files in `src/test/resources/golden`: a name in brackets begins a vector, `#` a comment.
final class GoldenVectors {
    private GoldenVectors() {}

    /// All vectors of a layer, by name and in order.
    static Map<String, byte[]> of(String layer) {
        Map<String, StringBuilder> digits = new LinkedHashMap<>();
        StringBuilder current = new StringBuilder();
        for (String line : text(layer).lines().toList()) {
            String content = line.replaceFirst("#.*", "").replace(" ", "");
            if (content.startsWith("[")) {
                current = new StringBuilder();
                digits.put(content.substring(1, content.length() - 1), current);
            } else {
                current.append(content);
            }
        }
        Map<String, byte[]> vectors = new LinkedHashMap<>();
        digits.forEach((name, hex) -> vectors.put(name, HexFormat.of().parseHex(hex)));
        return vectors;
    }

    private static String text(String layer) {
        try (InputStream in = GoldenVectors.class.getResourceAsStream("/golden/" + layer + ".hex")) {
            if (in == null) {
                throw new IllegalArgumentException("No golden vectors of " + layer);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
