package io.hikyaku.balance;

import io.hikyaku.call.CallContext;
import io.hikyaku.call.CallMetrics;
import io.hikyaku.call.ServicePort;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.stream.credit.MemoryBudget;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A balancer with one port, a clock that the test moves, and what its meters say.
public final class BalanceBench {
    public static final ServicePort PORT = new ServicePort("shop/orders", 80);
    private static final long SEED = 4;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final CallContext context = new CallContext(
            "tokyo", CallLimits.DEFAULTS, Duration.ofSeconds(2), new CallMetrics(meters), new MemoryBudget(0));
    private long nanos = 1;
    private final FreeRepeats freeRepeats = new FreeRepeats();
    public final Balancer balancer = eventLoop();

    /// Another event loop of the same process.
    public Balancer eventLoop() {
        return new Balancer(context, freeRepeats, () -> nanos, new SplittableRandom(SEED));
    }

    public Candidates show(Candidate... all) {
        balancer.update(Map.of(PORT, List.of(all)));
        return candidates();
    }

    public Candidates candidates() {
        return balancer.candidates(PORT);
    }

    public void pass(Duration time) {
        nanos += time.toNanos();
    }

    @Nullable
    public EndpointLoad pick(EndpointLoad... tried) {
        return candidates().pick(List.of(tried));
    }

    /// Picks so often, and says who was picked in order.
    public List<String> picks(int count) {
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            labels.add(label(pick()));
        }
        return labels;
    }

    /// Picks so often, each a call that stays, and says how many everybody got.
    public Map<String, Integer> load(int calls) {
        Map<String, Integer> byLabel = new TreeMap<>();
        for (int i = 0; i < calls; i++) {
            EndpointLoad load = pick();
            load.begin();
            byLabel.merge(label(load), 1, Integer::sum);
        }
        return byLabel;
    }

    public double meter(String name) {
        return meters.find(name).meters().stream()
                .mapToDouble(found -> found.measure().iterator().next().getValue())
                .sum();
    }

    public static String label(@Nullable EndpointLoad load) {
        return load == null ? "nobody" : load.candidate().label();
    }
}
