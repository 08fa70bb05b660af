package io.hikyaku.node.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import io.hikyaku.config.LogConfig.Format;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LogLinesTest {
    @Test
    void aLineOfTextSaysWhenHowBadWhoAndWhat() {
        // When
        String line = line(Format.TEXT, "link up: tls://a:1", null);

        // Then
        assertEquals("2026-11-23T15:11:28.930Z WARN  LinkSession: link up: tls://a:1\n", line);
    }

    @Test
    void aLineOfJsonIsAnObject() {
        // When
        JsonNode json = JsonMapper.shared().readTree(line(Format.JSON, "say \"hi\"", new IllegalStateException("odd")));

        // Then
        assertEquals("2026-11-23T15:11:28.930Z", json.path("time").stringValue());
        assertEquals("WARN", json.path("level").stringValue());
        assertEquals("io.hikyaku.link.session.LinkSession", json.path("logger").stringValue());
        assertEquals("say \"hi\"", json.path("message").stringValue());
        assertTrue(json.path("error").stringValue().startsWith("java.lang.IllegalStateException: odd"));
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void anEventIsOneLineWhateverItHolds(Format format) {
        // When
        String line = line(format, "a\r\nb\tc\u001b[31md", new IllegalStateException("two\nlines"));

        // Then
        assertEquals(line.length() - 1, line.indexOf('\n'));
        assertFalse(line.substring(0, line.length() - 1).chars().anyMatch(Character::isISOControl));
        assertTrue(line.contains("a\\r\\nb\\tc\\u001b[31md") || line.contains("a\\r\\nb\\tc\\u001B[31md"), line);
    }

    @Test
    void textThatTurnsTheWritingDirectionIsSpelledOut() {
        // When
        String line = line(Format.TEXT, "abc\u202Edef\u2028", null);

        // Then
        assertTrue(line.endsWith("abc\\u202edef\\u2028\n"), line);
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void aLongMessageIsCut(Format format) {
        // When
        String atTheBound = line(format, "x".repeat(LogLines.MAX_CHARACTERS), null);
        String beyond = line(format, "x".repeat(LogLines.MAX_CHARACTERS + 1), null);

        // Then
        assertTrue(atTheBound.contains("x".repeat(LogLines.MAX_CHARACTERS)));
        assertFalse(beyond.contains("x".repeat(LogLines.MAX_CHARACTERS)));
        assertTrue(beyond.contains("x…"));
    }

    private static String line(Format format, String message, @Nullable Throwable failure) {
        LoggerContext context = new LoggerContext();
        LoggingEvent event = new LoggingEvent(
                "none", context.getLogger("io.hikyaku.link.session.LinkSession"), Level.WARN, message, failure, null);
        event.setInstant(Instant.parse("2026-11-23T15:11:28.930Z"));
        event.setThreadName("loop");
        return new String(new LogLines(format).encode(event), StandardCharsets.UTF_8);
    }
}
