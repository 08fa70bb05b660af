package io.hikyaku.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.yaml.ConfigException;
import io.hikyaku.config.yaml.Finding;
import io.hikyaku.config.yaml.Reading;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BadDocumentTest {

    static List<BadDocument> documents() {
        return BadDocument.all();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void isRefusedWithOneFindingAtItsPlace(BadDocument document) {
        // When
        var refusal = assertThrows(
                ConfigException.class,
                () -> Reading.text(Path.of("x.yaml"), document.yaml(), document.program().reader));

        // Then
        assertEquals(1, refusal.findings().size(), refusal.getMessage());
        Finding finding = refusal.findings().getFirst();
        assertEquals(document.path(), finding.path());
        assertTrue(finding.message().startsWith(document.message()), finding.message());
        assertTrue(finding.line() > 0, "has a line");
    }
}
