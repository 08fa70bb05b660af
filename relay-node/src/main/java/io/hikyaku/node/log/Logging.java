package io.hikyaku.node.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import io.hikyaku.config.LogConfig;
import org.slf4j.LoggerFactory;

/// Logging of a program that runs on: to standard error, in the level and format of its configuration. Set up by calls
/// and not by a file, which would have to be found, parsed and kept.
public final class Logging {
    /// Warns at each start that v1beta1 of the Multi-Cluster Services API is no stable version, which nobody can
    /// change.
    public static final String KUBERNETES_VERSIONS = "io.fabric8.kubernetes.client.dsl.internal.VersionUsageUtils";

    private Logging() {}

    /// Takes effect from now on. The level is that of our own loggers; libraries log what goes wrong, and more only
    /// for debugging.
    public static void configure(LogConfig config) {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            throw new IllegalStateException("logback is not what slf4j found");
        }
        context.reset();
        LogLines lines = new LogLines(config.format());
        lines.setContext(context);
        lines.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setTarget("System.err");
        console.setEncoder(lines);
        console.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(console);
        root.setLevel(ofLibraries(config.level()));
        context.getLogger("io.hikyaku").setLevel(Level.toLevel(config.level().name()));
        context.getLogger("org.apache.kafka.clients").setLevel(ofKafka(config.level()));
        context.getLogger(KUBERNETES_VERSIONS).setLevel(Level.ERROR);
    }

    /// Its clients warn of every attempt at a broker that is away; our transport says it once a minute.
    private static Level ofKafka(LogConfig.Level level) {
        Level library = ofLibraries(level);
        return library.isGreaterOrEqual(Level.WARN) ? Level.OFF : library;
    }

    private static Level ofLibraries(LogConfig.Level level) {
        return switch (level) {
            case ERROR -> Level.ERROR;
            case WARN, INFO -> Level.WARN;
            case DEBUG -> Level.INFO;
            case TRACE -> Level.DEBUG;
        };
    }
}
