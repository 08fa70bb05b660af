package io.hikyaku.call;

import io.hikyaku.call.observe.Observation;
import io.hikyaku.call.observe.Observation.Side;
import io.hikyaku.call.observe.meter.CallBooks;
import io.hikyaku.call.observe.meter.CallObservers;
import io.hikyaku.call.observe.meter.ServiceCalls;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// Meters of calls and of their connections.
public final class CallMetrics implements AutoCloseable {
    private final MeterRegistry registry;
    private final CallBooks books;
    private final CallObservers observers;
    private final int refusalLinesPerSecond;
    private final Map<Tags, Counter> retried = new ConcurrentHashMap<>();

    public CallMetrics(MeterRegistry registry) {
        this(registry, CallObservers.NONE);
    }

    public CallMetrics(MeterRegistry registry, CallObservers observers) {
        this(registry, observers, Refusals.LINES_PER_SECOND);
    }

    /// @param refusalLinesPerSecond in the log, for each imported port
    CallMetrics(MeterRegistry registry, CallObservers observers, int refusalLinesPerSecond) {
        this.registry = registry;
        this.observers = observers;
        this.refusalLinesPerSecond = refusalLinesPerSecond;
        books = new CallBooks(registry, observers);
    }

    /// Calls of local programs to an imported port.
    public Calls imported(String servicePort) {
        return new Calls(books.calls(Side.IMPORT, servicePort));
    }

    /// Calls of other clusters, and of its own, to an exported port.
    public Calls exported(String servicePort) {
        return new Calls(books.calls(Side.EXPORT, servicePort));
    }

    /// What is known of the calls of each service port, for status.
    public Collection<ServiceCalls> all() {
        return books.all();
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

    /// What was refused of callers of an imported port.
    public Refusals refusals(String servicePort) {
        return new Refusals(registry, servicePort, refusalLinesPerSecond);
    }

    private LongAdder gauge(String name, Tags tags) {
        return books.gauge(name, tags);
    }

    /// Closes what calls are observed with; after the last call.
    @Override
    public void close() {
        observers.close();
    }

    /// The calls of one service port on one side.
    public record Calls(ServiceCalls books) {
        /// A call begins; it must be finished once.
        public Observation begin() {
            return books.begin();
        }

        /// A call that was refused before it was understood.
        ///
        /// @return a new id for it
        public CharSequence refused(Problem problem) {
            Observation call = books.begin();
            CharSequence id = call.nameAnew();
            call.finish(problem.code(), problem.status());
            return id;
        }
    }
}
