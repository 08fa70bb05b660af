package io.hikyaku.call.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.call.CallContext;
import io.hikyaku.call.CallMetrics;
import io.hikyaku.call.http.field.Via;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.stream.credit.MemoryBudget;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.Version;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.DefaultEventLoop;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What an exporting bridge says of the caller, whatever the calling one has said.
class ExportedPortTest {
    @Test
    void aBridgeCannotSayForAnotherClusterThatACallIsItsOwn() {
        CallContext context = new CallContext(
                "tokyo",
                CallLimits.DEFAULTS,
                Duration.ofSeconds(1),
                new CallMetrics(new SimpleMeterRegistry()),
                new MemoryBudget(0));
        TargetPool nobody = (head, caller, affinity, fresh, waiter) -> () -> {};
        ExportedPort port = new ExportedPort(
                context, context.metrics().exported("a/b:1"), nobody, new DefaultEventLoop(), Via.of("tokyo"), false);
        Fields fields = Fields.of(
                "X-Hikyaku-Source-Cluster", "kyoto", "Forwarded", "for=_a", "x_hikyaku_source_cluster", "kyoto");

        RequestHead marked = port.mark(new RequestHead(Version.HTTP_2, "GET", "http", "o", "/", fields), "osaka");

        assertEquals(
                Fields.of("Forwarded", "for=_a", "Via", "2.0 tokyo", "X-Hikyaku-Source-Cluster", "osaka"),
                marked.fields());
    }
}
