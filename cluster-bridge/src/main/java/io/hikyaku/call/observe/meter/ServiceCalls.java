package io.hikyaku.call.observe.meter;

import io.hikyaku.call.observe.CallSpan;
import io.hikyaku.call.observe.Observation;
import io.hikyaku.call.observe.Observation.Side;
import io.hikyaku.call.observe.Spans;
import io.hikyaku.call.observe.TraceContext;
import io.hikyaku.wire.call.Workload;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The calls of one service port on one side, as all event loops see them. From any thread.
public final class ServiceCalls implements Observation.Ledger {
    /// The outcomes of calls that nothing is wrong with: a caller may leave.
    private static final Set<String> GOOD = Set.of("completed", "cancelled");

    /// Statuses of gRPC for which the service or the path to it is responsible, not the caller (OpenTelemetry's
    /// conventions for servers): UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS.
    private static final Set<Integer> GRPC_FAILURES = Set.of(2, 4, 12, 13, 14, 15);

    /// Lines about stalled streams: one a minute for each service port and side.
    private static final long STALL_LINE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final Logger LOG = LoggerFactory.getLogger(ServiceCalls.class);

    private final Side side;
    private final String service;
    private final MeterRegistry registry;
    private final PeerLabels labels;
    private final CallHistograms histograms;
    private final CallObservers observers;
    private final LongAdder inFlight;
    private final Map<String, PeerMeters> peers = new ConcurrentHashMap<>();
    private final CallerCounts callers = new CallerCounts();
    private final RecentCalls recent = new RecentCalls(System.nanoTime());
    private final AtomicLong stallLogged = new AtomicLong(System.nanoTime() - STALL_LINE_NANOS);

    ServiceCalls(Side side, String service, CallBooks books, LongAdder inFlight) {
        this.side = side;
        this.service = service;
        this.registry = books.registry();
        this.labels = books.labels();
        this.histograms = books.histograms();
        this.observers = books.observers();
        this.inFlight = inFlight;
    }

    /// A call begins; [Observation#finish] must follow.
    public Observation begin() {
        inFlight.increment();
        return new Observation(this);
    }

    /// Calls in progress.
    public long inFlight() {
        return inFlight.sum();
    }

    public RecentCalls.Minute lastMinute() {
        return recent.lastMinute(System.nanoTime());
    }

    /// Who has called, on the side that exports.
    public CallerCounts callers() {
        return callers;
    }

    @Override
    public Side side() {
        return side;
    }

    @Override
    public String service() {
        return service;
    }

    @Override
    public @Nullable CallSpan trace(Observation call, @Nullable TraceContext parent) {
        Spans spans = observers.spans();
        return spans == null ? null : spans.begin(side, service, parent);
    }

    @Override
    public void onCaller(Observation call) {
        Workload caller = call.caller();
        callers.add(call.peer(), caller == null ? "" : caller.namespace());
    }

    @Override
    public void onBytes(Observation call, long request, long response) {
        meters(call).onBytes(request, response);
    }

    @Override
    public void onStalled(Observation call, Duration since, long bytes) {
        long now = System.nanoTime();
        long before = stallLogged.get();
        if (now - before < STALL_LINE_NANOS || !stallLogged.compareAndSet(before, now)) {
            return;
        }
        if (side == Side.IMPORT) {
            LOG.warn(
                    "A caller of {} has not read its response for {} s; {} bytes of it wait here",
                    service,
                    since.toSeconds(),
                    bytes);
        } else {
            LOG.warn(
                    "{} has not read a call of cluster {} for {} s; {} bytes of it wait here",
                    service,
                    call.peer(),
                    since.toSeconds(),
                    bytes);
        }
    }

    @Override
    public void onFinish(Observation call) {
        inFlight.decrement();
        meters(call).onFinish(call);
        recent.add(call.endNanos(), call.durationNanos(), hasFailed(call));
        observers.onFinish(call);
    }

    private static boolean hasFailed(Observation call) {
        return !GOOD.contains(call.outcome())
                || call.status() >= 500
                || call.grpcStatus() > 0 && GRPC_FAILURES.contains(call.grpcStatus());
    }

    private PeerMeters meters(Observation call) {
        PeerMeters known = peers.get(call.peer());
        return known == null ? labelled(labels.of(call.peer())) : known;
    }

    private PeerMeters labelled(String peer) {
        return peers.computeIfAbsent(
                peer,
                label -> new PeerMeters(
                        registry, histograms, Tags.of("side", side.toString(), "service", service, "peer", label)));
    }
}
