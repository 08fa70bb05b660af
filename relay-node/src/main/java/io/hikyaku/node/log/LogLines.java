package io.hikyaku.node.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import io.hikyaku.config.LogConfig.Format;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// One line per event, whatever the event holds: texts come from peers too, and must neither forge lines nor steer a
/// terminal. Control characters are written as `\n`, `\t` or `\u001b`; what is longer than 8,192 characters is cut.
final class LogLines extends EncoderBase<ILoggingEvent> {
    static final int MAX_CHARACTERS = 8192;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final byte[] NOTHING = {};

    private final Format format;

    LogLines(Format format) {
        this.format = format;
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        String line = switch (format) {
            case TEXT -> text(event);
            case JSON -> json(event);
        };
        return (line + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static String text(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(160)
                .append(TIME.format(time(event)))
                .append(' ')
                .append(event.getLevel())
                .append(event.getLevel().levelStr.length() == 4 ? "  " : " ")
                .append(shortName(event.getLoggerName()))
                .append(": ");
        escape(cut(event.getFormattedMessage()), line);
        if (event.getThrowableProxy() != null) {
            line.append(" | ");
            escape(cut(ThrowableProxyUtil.asString(event.getThrowableProxy())), line);
        }
        return line.toString();
    }

    private static String json(ILoggingEvent event) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("time", TIME.format(time(event)));
        fields.put("level", event.getLevel().levelStr);
        fields.put("logger", event.getLoggerName());
        fields.put("thread", event.getThreadName());
        fields.put("message", cut(event.getFormattedMessage()));
        if (event.getThrowableProxy() != null) {
            fields.put("error", cut(ThrowableProxyUtil.asString(event.getThrowableProxy())));
        }
        return JSON.writeValueAsString(fields);
    }

    private static Instant time(ILoggingEvent event) {
        return Instant.ofEpochMilli(event.getTimeStamp());
    }

    private static String shortName(String logger) {
        return logger.substring(logger.lastIndexOf('.') + 1);
    }

    private static String cut(String text) {
        return text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS - 1) + "…";
    }

    /// Also what separates lines or turns the writing direction in Unicode.
    private static void escape(String text, StringBuilder into) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int type = Character.getType(c);
            boolean steers = type == Character.CONTROL
                    || type == Character.FORMAT
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR;
            switch (c) {
                case '\n' -> into.append("\\n");
                case '\r' -> into.append("\\r");
                case '\t' -> into.append("\\t");
                default -> {
                    if (steers) {
                        into.append(String.format("\\u%04x", (int) c));
                    } else {
                        into.append(c);
                    }
                }
            }
        }
    }
}
