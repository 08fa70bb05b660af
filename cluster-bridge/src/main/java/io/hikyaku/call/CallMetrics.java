package io.hikyaku.call;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// Meters of calls. Labels are service ports of the configuration and closed sets, never what callers send.
public final class CallMetrics {
    private final MeterRegistry registry;
    private final Map<Tags, LongAdder> gauges = new ConcurrentHashMap<>();
    private final Map<Tags, Counter> retried = new ConcurrentHashMap<>();

    public CallMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /// Calls of local programs to an imported port.
    public Calls imported(String servicePort) {
        return new Calls("import", servicePort);
    }

    /// Calls of other clusters, and of the own one, to an exported port.
    public Calls exported(String servicePort) {
        return new Calls("export", servicePort);
    }

    /// Connections that local programs hold open to an imported port.
    public LongAdder listenerConnections(String servicePort) {
        return gauge("hikyaku.listener.connections", Tags.of("service", servicePort));
    }

    /// Connections open to an exported port's targets, busy and idle.
    public LongAdder targetConnections(String servicePort) {
        return gauge("hikyaku.target.connections", Tags.of("service", servicePort));
    }

    /// Exporters that calls to an imported port avoid, counted once for each event loop that does.
    public LongAdder ejectedExporters(String servicePort) {
        return gauge("hikyaku.exporters.ejected", Tags.of("service", servicePort));
    }

    /// Targets that calls to an exported port avoid, counted once for each event loop that does.
    public LongAdder ejectedTargets(String servicePort) {
        return gauge("hikyaku.targets.ejected", Tags.of("service", servicePort));
    }

    /// Calls to an imported port that were tried once more.
    public void retried(String servicePort, Problem reason) {
        retried.computeIfAbsent(Tags.of("service", servicePort, "reason", reason.code()), this::retries)
                .increment();
    }

    private Counter retries(Tags tags) {
        return Counter.builder("hikyaku.calls.retried").tags(tags).register(registry);
    }

    private LongAdder gauge(String name, Tags tags) {
        return gauges.computeIfAbsent(tags.and("", name), key -> {
            LongAdder value = new LongAdder();
            Gauge.builder(name, value, LongAdder::sum).tags(tags).register(registry);
            return value;
        });
    }

    /// The calls of one service port on one side.
    public final class Calls {
        private final Tags tags;
        private final LongAdder inFlight;
        private final Map<String, Counter> byOutcome = new ConcurrentHashMap<>();

        Calls(String side, String servicePort) {
            tags = Tags.of("side", side, "service", servicePort);
            inFlight = gauge("hikyaku.calls.in.flight", tags);
        }

        public void begin() {
            inFlight.increment();
        }

        /// @param outcome of a closed set: see [Outcomes] and [Problem#code]
        public void finish(String outcome) {
            inFlight.decrement();
            byOutcome.computeIfAbsent(outcome, this::counter).increment();
        }

        private Counter counter(String outcome) {
            return Counter.builder("hikyaku.calls")
                    .tags(tags)
                    .tag("outcome", outcome)
                    .register(registry);
        }
    }
}
