package io.hikyaku.call;

import io.hikyaku.balance.Balancer;
import io.hikyaku.balance.Candidate;
import io.hikyaku.balance.Candidates;
import io.hikyaku.balance.FreeRepeats;
import io.hikyaku.call.export.ExportHandler;
import io.hikyaku.call.export.Exports;
import io.hikyaku.call.export.HttpExport;
import io.hikyaku.call.listen.HttpService;
import io.hikyaku.call.listen.ImportListener;
import io.hikyaku.call.observe.meter.CallObservers;
import io.hikyaku.call.tcp.TcpExport;
import io.hikyaku.call.tcp.TcpService;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.config.limits.ChannelLimits;
import io.hikyaku.config.limits.StreamLimits;
import io.hikyaku.config.value.HostPort;
import io.hikyaku.loop.Await;
import io.hikyaku.net.AcceptLimiter;
import io.hikyaku.net.EventLoops;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Forwarded;
import io.hikyaku.service.ImportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import io.hikyaku.service.Trace;
import io.hikyaku.stream.StreamCounters;
import io.hikyaku.stream.StreamOpener;
import io.hikyaku.stream.StreamSettings;
import io.hikyaku.stream.credit.MemoryBudget;
import io.hikyaku.stream.local.LocalStreams;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// The whole way of calls inside one process: a listener, streams, an export. For tests and measurements.
public final class CallPath implements AutoCloseable {
    public static final ServicePort PORT = new ServicePort("shop/orders", 80);
    /// As it is unless configured.
    public static final ImportPort IMPORT = importPort(Optional.empty(), Forwarded.OBFUSCATED, false);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long BUDGET = 64 * 1024 * 1024;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final MemoryBudget budget = new MemoryBudget(BUDGET);
    private final EventLoops loops;
    private final List<Balancer> balancers = new ArrayList<>();
    private final List<Exports> exports = new ArrayList<>();
    private final List<ExportHandler> handlers = new ArrayList<>();
    private final List<Candidate> local = new ArrayList<>();
    private final CallContext context;
    private final ImportListener listener;

    private CallPath(int shards, CallLimits limits, @Nullable Protocol protocol, ImportPort importPort) {
        loops = EventLoops.start(shards, new TestNames(), AcceptLimiter.ofThisProcess());
        context = new CallContext(
                "tokyo",
                limits,
                Duration.ofSeconds(2),
                new CallMetrics(meters, CallObservers.NONE, Integer.MAX_VALUE),
                budget);
        StreamSettings streams =
                StreamSettings.of(StreamLimits.DEFAULTS, ChannelLimits.DEFAULTS, budget, new StreamCounters());
        FreeRepeats freeRepeats = new FreeRepeats();
        for (int shard = 0; shard < loops.count(); shard++) {
            Exports own = new Exports();
            exports.add(own);
            balancers.add(new Balancer(context, freeRepeats, System::nanoTime, new java.util.SplittableRandom(1)));
            local.add(to("tokyo", new LocalStreams(loops.loop(shard), own.from("tokyo"), streams)));
        }
        List<Candidates> candidates =
                balancers.stream().map(balancer -> balancer.candidates(PORT)).toList();
        listener = new ImportListener(
                loops,
                context,
                Map.of(
                        Protocol.HTTP, new HttpService(loops, context, candidates, PORT, importPort),
                        Protocol.TCP, new TcpService(loops, context, candidates, PORT, importPort)),
                protocol,
                PORT.toString());
        listener.bind(HostPort.parse("127.0.0.1:0")).syncUninterruptibly();
    }

    /// What an import's port may be configured to do with HTTP.
    public static ImportPort importPort(Optional<Duration> timeout, Forwarded forwarded, boolean trustForwarded) {
        return importPort(timeout, forwarded, trustForwarded, Trace.CONTINUE);
    }

    public static ImportPort importPort(
            Optional<Duration> timeout, Forwarded forwarded, boolean trustForwarded, Trace trace) {
        return new ImportPort(
                PORT.port(),
                HostPort.parse("127.0.0.1:0"),
                Optional.empty(),
                timeout,
                forwarded,
                trustForwarded,
                trace);
    }

    public static CallPath start(Protocol protocol, CallLimits limits, int... targetPorts) {
        return start(protocol, limits, IMPORT, targetPorts);
    }

    public static CallPath start(Protocol protocol, CallLimits limits, ImportPort importPort, int... targetPorts) {
        CallPath path = new CallPath(2, limits, protocol, importPort);
        path.export(protocol, targetPorts);
        path.candidates((shard, own) -> List.of(own));
        return path;
    }

    /// Of HTTP, with a time limit for whole calls.
    public static CallPath startLimited(Duration timeout, int... targetPorts) {
        CallPath path = new CallPath(
                2, CallLimits.DEFAULTS, Protocol.HTTP, importPort(Optional.of(timeout), Forwarded.NONE, false));
        path.export(Protocol.HTTP, targetPorts);
        path.candidates((shard, own) -> List.of(own));
        return path;
    }

    /// Without a protocol, an export or a candidate.
    public static CallPath startBare(@Nullable Protocol protocol, CallLimits limits) {
        return new CallPath(2, limits, protocol, IMPORT);
    }

    /// With an export of its own kind.
    public static CallPath start(CallLimits limits, ExportPort port) {
        CallPath path = new CallPath(2, limits, port.protocol(), IMPORT);
        path.export(port);
        path.candidates((shard, own) -> List.of(own));
        return path;
    }

    public void export(Protocol protocol, int... targetPorts) {
        List<Target> targets = new ArrayList<>();
        for (int port : targetPorts) {
            targets.add(new Target(HostPort.parse("127.0.0.1:" + port)));
        }
        export(new ExportPort("main", 80, protocol, targets));
    }

    public void export(ExportPort port) {
        handlers.clear();
        for (int shard = 0; shard < loops.count(); shard++) {
            handlers.add(
                    port.protocol() == Protocol.HTTP
                            ? new HttpExport(loops, shard, context, PORT.toString(), port)
                            : new TcpExport(loops, shard, context, PORT.toString(), port));
        }
        onEachShard(shard -> exports.get(shard).update(Map.of(PORT, handlers.get(shard))));
    }

    /// Replaces the targets of the port.
    public void retarget(ExportPort changed) {
        List<Runnable> changes =
                handlers.stream().map(handler -> handler.retarget(changed)).toList();
        onEachShard(shard -> changes.get(shard).run());
    }

    /// Says who exports the service, given a shard and the candidate for this process.
    public void candidates(BiFunction<Integer, Candidate, List<Candidate>> choice) {
        onEachShard(shard -> balancers.get(shard).update(Map.of(PORT, choice.apply(shard, local.get(shard)))));
    }

    /// The candidate for this process.
    public Candidate own(int shard) {
        return local.get(shard);
    }

    public static Candidate to(String cluster, StreamOpener opener) {
        return new Candidate() {
            @Override
            public String label() {
                return cluster;
            }

            @Override
            public void whenReady(Waiter waiter) {
                waiter.onReady(opener);
            }
        };
    }

    /// What the windows of streams and of requests in HTTP/2 are reserved in.
    public MemoryBudget budget() {
        return budget;
    }

    public ImportListener listener() {
        return listener;
    }

    public EventLoops loops() {
        return loops;
    }

    public int port() {
        return listener.port();
    }

    /// Ends a test: waits until no call and no caller's connection is left, then ends the services and waits until
    /// no connection to them is.
    public void closeAfter(@Nullable Origin... services) throws IOException {
        awaitQuiet();
        for (Origin service : services) {
            if (service != null) {
                service.close();
            }
        }
        await("no target's connection", () -> sum("hikyaku.target.connections") == 0);
        close();
    }

    /// Waits until no call and no caller's connection is left, and nothing that was reserved for them.
    public void awaitQuiet() {
        await("no call in flight", () -> sum("hikyaku.calls.in.flight") == 0);
        await("no caller's connection", () -> sum("hikyaku.listener.connections") == 0);
        await("nothing reserved", () -> budget.reserved() == 0);
    }

    public void await(String outcome, java.util.function.BooleanSupplier reached) {
        Await.until(outcome, PATIENCE, reached::getAsBoolean);
    }

    /// The sum over all meters of this name; 0 if there are none.
    public double sum(String meter, String... tags) {
        return meters.find(meter).tags(tags).meters().stream()
                .mapToDouble(found -> found.measure().iterator().next().getValue())
                .sum();
    }

    /// What was refused, by reason.
    public String rejections() {
        return meters.find("hikyaku.requests.rejected").counters().stream()
                .map(counter -> counter.getId().getTag("reason") + "=" + counter.count())
                .toList()
                .toString();
    }

    public int meterCount() {
        return meters.getMeters().size();
    }

    public Optional<Meter> find(String meter, String... tags) {
        return Optional.ofNullable(meters.find(meter).tags(tags).meter());
    }

    private void onEachShard(java.util.function.IntConsumer work) {
        for (int shard = 0; shard < loops.count(); shard++) {
            int current = shard;
            loops.loop(shard).submit(() -> work.accept(current)).syncUninterruptibly();
        }
    }

    @Override
    public void close() {
        listener.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
        listener.abortConnections();
        onEachShard(shard -> exports.get(shard).update(Map.of()));
        loops.close();
    }
}
