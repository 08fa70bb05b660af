package io.hikyaku.bridge;

import io.hikyaku.call.CallMetrics;
import io.hikyaku.call.observe.Spans;
import io.hikyaku.call.observe.log.AccessLog;
import io.hikyaku.call.observe.meter.CallObservers;
import io.hikyaku.config.BridgeConfig;
import io.hikyaku.node.MeshNode;
import io.hikyaku.tracing.OtlpSpans;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Makes what calls are observed with, as configured. No class of OpenTelemetry's is loaded without `tracing`.
final class Observers {
    private Observers() {}

    /// Closes the node if this fails.
    ///
    /// @throws IOException if the access log cannot be opened
    static CallMetrics of(BridgeConfig config, MeshNode node, String version) throws IOException {
        try {
            AccessLog log = config.accessLog().isPresent()
                    ? AccessLog.start(config.accessLog().get())
                    : null;
            CallObservers observers = new CallObservers(log, spans(config, node, version));
            return new CallMetrics(node.metrics().registry(), observers);
        } catch (IOException e) {
            node.close();
            throw e;
        }
    }

    private static @Nullable Spans spans(BridgeConfig config, MeshNode node, String version) {
        if (config.tracing().isEmpty()) {
            return null;
        }
        OtlpSpans.Source source = new OtlpSpans.Source(
                config.mesh(), config.cluster(), node.node().toString(), version);
        return OtlpSpans.start(config.tracing().get(), source, node.metrics().registry());
    }
}
