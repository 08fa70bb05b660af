package io.hikyaku.call;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.call.dial.Dial;
import io.hikyaku.call.dial.TargetEndpoint;
import io.hikyaku.call.dial.Targets;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.AcceptLimiter;
import io.hikyaku.net.EventLoops;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import io.hikyaku.service.TargetHost;
import io.hikyaku.stream.credit.MemoryBudget;
import io.hikyaku.wire.stream.ResetCode;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Targets while the process has hardly any file descriptors left.
@Timeout(180)
class ShortageIT {
    private static final String CONNECTED = "connected";

    private final EventLoops plenty = loops(new AcceptLimiter(0, Integer.MAX_VALUE));
    private final EventLoops shortage = loops(new AcceptLimiter(0, 0));
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @AfterEach
    void stop() {
        plenty.close();
        shortage.close();
    }

    private static EventLoops loops(AcceptLimiter acceptLimiter) {
        return EventLoops.start(1, new TestNames(), acceptLimiter);
    }

    private Targets targets(Origin origin, EventLoops loops) {
        ExportPort port = new ExportPort(
                "main",
                80,
                Protocol.HTTP,
                List.of(Target.parse("127.0.0.1:" + origin.port())),
                Optional.empty(),
                TargetHost.KEEP);
        CallContext context = new CallContext(
                "tokyo", CallLimits.DEFAULTS, Duration.ofSeconds(2), new CallMetrics(meters), new MemoryBudget(0));
        return new Targets(loops, 0, port, context, "shop/orders:80");
    }

    /// The code of the failure, or that there was none.
    private String dial(Targets targets) throws Exception {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        targets.loop()
                .execute(() -> new Dial(targets, new Dial.Waiter() {
                            @Override
                            public void onConnected(Channel channel, TargetEndpoint target) {
                                channel.close();
                                outcome.complete(CONNECTED);
                            }

                            @Override
                            public void onFailed(ResetCode code, String detail) {
                                outcome.complete(code.name());
                            }
                        })
                        .start());
        return outcome.get(60, TimeUnit.SECONDS);
    }

    @Test
    void aTargetIsNeitherDialledNorBlamed() throws Exception {
        try (Origin origin = Origin.following(service -> service.raw().hearGone())) {
            // Given
            Assumptions.assumeTrue(
                    shortage.vertx().isNativeTransportEnabled(), "sockets of Java's own transport have no numbers");
            assertEquals(CONNECTED, dial(targets(origin, plenty)));
            Targets targets = targets(origin, shortage);

            for (int i = 0; i < 2 * TargetEndpoint.FAILURES; i++) {
                // When
                String outcome = dial(targets);

                // Then
                assertEquals(ResetCode.REFUSED.name(), outcome);
            }
            assertEquals(1, origin.connections());
            assertEquals(
                    0,
                    meters.get("hikyaku.targets.ejected").gauges().stream()
                            .mapToDouble(Gauge::value)
                            .sum());
        }
    }
}
