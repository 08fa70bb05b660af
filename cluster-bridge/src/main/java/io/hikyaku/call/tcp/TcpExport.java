package io.hikyaku.call.tcp;

import io.hikyaku.call.CallContext;
import io.hikyaku.call.CallMetrics;
import io.hikyaku.call.dial.Targets;
import io.hikyaku.call.export.ExportHandler;
import io.hikyaku.net.EventLoops;
import io.hikyaku.service.ExportPort;
import io.hikyaku.stream.Stream;
import io.hikyaku.stream.StreamHandler;
import io.hikyaku.stream.credit.MemoryBudget;
import io.hikyaku.wire.call.CallProtocol;
import io.hikyaku.wire.call.OpenMetadata;
import java.time.Duration;

/// An exported TCP port on one event loop: each stream becomes a connection to a target.
public final class TcpExport implements ExportHandler {
    private final Targets targets;
    private final CallMetrics.Calls calls;
    private final Duration idleTimeout;
    private final MemoryBudget budget;

    /// @param servicePort label of the meters
    public TcpExport(EventLoops loops, int shard, CallContext context, String servicePort, ExportPort port) {
        this.calls = context.metrics().exported(servicePort);
        this.idleTimeout = context.limits().tcpIdleTimeout();
        this.budget = context.budget();
        this.targets = new Targets(loops, shard, port, context, servicePort);
    }

    @Override
    public CallProtocol protocol() {
        return CallProtocol.TCP;
    }

    @Override
    public StreamHandler accept(Stream stream, OpenMetadata opened, String caller) {
        TargetCall call = new TargetCall(targets, calls, idleTimeout, budget, stream, opened, caller);
        call.start();
        return call;
    }

    @Override
    public Runnable retarget(ExportPort changed) {
        return targets.change(changed.target(), gone -> {});
    }

    /// Nothing is kept between calls.
    @Override
    public void close() {
        targets.close();
    }
}
