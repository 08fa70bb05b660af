package io.hikyaku.mesh;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.LoggerFactory;

/// Looks for a word in everything that this process logs, at every level, while it is open. Nothing is printed
/// meanwhile.
final class LogWatch extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Logger ours = (Logger) LoggerFactory.getLogger("io.hikyaku");
    private final Level rootLevel = root.getLevel();
    private final Level ourLevel = ours.getLevel();
    private final List<Appender<ILoggingEvent>> muted = new ArrayList<>();
    private final AtomicLong lines = new AtomicLong();
    private final AtomicLong found = new AtomicLong();
    private final String word;

    LogWatch(String word) {
        this.word = word;
        root.iteratorForAppenders().forEachRemaining(muted::add);
        muted.forEach(root::detachAppender);
        setContext(root.getLoggerContext());
        start();
        root.addAppender(this);
        root.setLevel(Level.DEBUG);
        ours.setLevel(Level.TRACE);
    }

    @Override
    protected void append(ILoggingEvent event) {
        lines.incrementAndGet();
        IThrowableProxy thrown = event.getThrowableProxy();
        if (event.getFormattedMessage().contains(word)
                || thrown != null && ThrowableProxyUtil.asString(thrown).contains(word)) {
            found.incrementAndGet();
        }
    }

    /// Lines logged so far.
    long lines() {
        return lines.get();
    }

    /// Lines with the word in them.
    long found() {
        return found.get();
    }

    @Override
    public void close() {
        root.detachAppender(this);
        root.setLevel(rootLevel);
        ours.setLevel(ourLevel);
        muted.forEach(root::addAppender);
        stop();
    }
}
