package io.hikyaku.tracing;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/// Passes what OpenTelemetry's SDK logs through the JDK's own logging on to this program's log.
final class SdkLogs extends Handler {
    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(OtlpSpans.class);

    /// Held here, since the JDK forgets loggers, and their handlers, that nobody holds.
    private static final Logger SDK = Logger.getLogger("io.opentelemetry");

    private SdkLogs() {}

    static synchronized void forward() {
        for (Handler handler : SDK.getHandlers()) {
            if (handler instanceof SdkLogs) {
                return;
            }
        }
        SDK.setUseParentHandlers(false);
        SDK.addHandler(new SdkLogs());
    }

    @Override
    public void publish(LogRecord logged) {
        if (logged.getLevel().intValue() >= Level.WARNING.intValue()) {
            LOG.warn("{}", logged.getMessage());
        } else {
            LOG.debug("{}", logged.getMessage());
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
