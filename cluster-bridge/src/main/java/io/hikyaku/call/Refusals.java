package io.hikyaku.call;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What callers of one imported port were refused: each refusal is counted by its reason and logged in one line that
/// holds no byte of what was sent. The number of lines is bounded too, since callers decide how often this happens.
/// Thread-safe.
public final class Refusals {
    /// Enough for people to see what is going on.
    static final int LINES_PER_SECOND = 20;

    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final MeterRegistry registry;
    private final String servicePort;
    private final int linesPerSecond;
    private final Map<Violation, Counter> counters = new ConcurrentHashMap<>();
    private final AtomicLong second = new AtomicLong(Long.MIN_VALUE);
    private final AtomicLong inSecond = new AtomicLong();

    Refusals(MeterRegistry registry, String servicePort, int linesPerSecond) {
        this.linesPerSecond = linesPerSecond;
        this.servicePort = servicePort;
        this.registry = registry;
    }

    /// @param what for the log, in our own words
    /// @param caller null: not known any more
    public void count(Violation violation, String what, @Nullable SocketAddress caller) {
        counters.computeIfAbsent(violation, this::counter).increment();
        if (mayLog(System.nanoTime() / SECOND)) {
            LOG.info("Refused a request of {} to {}: {} ({})", host(caller), servicePort, violation.code(), what);
        }
    }

    private Counter counter(Violation violation) {
        return Counter.builder("hikyaku.requests.rejected")
                .tag("service", servicePort)
                .tag("reason", violation.code())
                .register(registry);
    }

    private boolean mayLog(long now) {
        long before = second.getAndSet(now);
        if (before != now) {
            long silent = inSecond.getAndSet(0) - linesPerSecond;
            if (silent > 0) {
                LOG.info("Refused {} more requests to {} without a line for each", silent, servicePort);
            }
        }
        return inSecond.incrementAndGet() <= linesPerSecond;
    }

    private static String host(@Nullable SocketAddress caller) {
        return caller instanceof InetSocketAddress address && address.getAddress() != null
                ? address.getAddress().getHostAddress()
                : "a caller";
    }
}
