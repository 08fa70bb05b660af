package io.hikyaku.tracing;

import io.hikyaku.call.observe.CallSpan;
import io.hikyaku.call.observe.Observation.Side;
import io.hikyaku.call.observe.Spans;
import io.hikyaku.call.observe.TraceContext;
import io.hikyaku.config.TracingConfig;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Makes a span for each call and sends them in batches. What does not fit into the queue, because the collector is
/// slow or away, is dropped: calls never wait for it.
public final class OtlpSpans implements Spans {
    static final int QUEUE_SPANS = 8192;

    private static final int BATCH_SPANS = 512;
    private static final Duration SEND_EVERY = Duration.ofSeconds(1);
    private static final Duration SEND_WITHIN = Duration.ofSeconds(10);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);
    private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("hikyaku.service");

    private final SdkTracerProvider provider;
    private final Tracer tracer;

    /// What makes the spans.
    ///
    /// @param node the process's address
    public record Source(String mesh, String cluster, String node, String version) {}

    private OtlpSpans(SdkTracerProvider provider, String version) {
        this.provider = provider;
        this.tracer = provider.tracerBuilder("io.hikyaku")
                .setInstrumentationVersion(version)
                .build();
    }

    /// Starts the thread that sends; the collector may come later.
    public static OtlpSpans start(TracingConfig config, Source source, MeterRegistry meters) {
        SdkLogs.forward();
        CountedExporter exporter = new CountedExporter(OtlpHttpSpanExporter.builder()
                .setEndpoint(tracesOf(config.endpoint()))
                .setTimeout(SEND_WITHIN)
                .build());
        FunctionCounter.builder("hikyaku.spans.sent", exporter, CountedExporter::sent)
                .description("Spans that the collector took")
                .register(meters);
        FunctionCounter.builder("hikyaku.spans.failed", exporter, CountedExporter::failed)
                .description("Spans that the collector did not take")
                .register(meters);
        SdkTracerProvider provider = SdkTracerProvider.builder()
                .setResource(Resource.create(resource(source)))
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(config.sampleRatio())))
                .addSpanProcessor(BatchSpanProcessor.builder(exporter)
                        .setMaxQueueSize(QUEUE_SPANS)
                        .setMaxExportBatchSize(BATCH_SPANS)
                        .setScheduleDelay(SEND_EVERY)
                        .setExporterTimeout(SEND_WITHIN)
                        .build())
                .build();
        return new OtlpSpans(provider, source.version());
    }

    private static String tracesOf(URI endpoint) {
        String base = endpoint.toString();
        return (base.endsWith("/") ? base : base + "/") + "v1/traces";
    }

    /// As OpenTelemetry's conventions for resources name it.
    private static Attributes resource(Source source) {
        return Attributes.builder()
                .put("service.name", "hikyaku-bridge")
                .put("service.namespace", source.mesh())
                .put("service.instance.id", source.node())
                .put("service.version", source.version())
                .put("hikyaku.cluster", source.cluster())
                .build();
    }

    /// The importing bridge is a server to its caller, the exporting one a client of its target.
    @Override
    public CallSpan begin(Side side, String service, @Nullable TraceContext parent) {
        SpanBuilder builder = tracer.spanBuilder("HTTP")
                .setSpanKind(side == Side.IMPORT ? SpanKind.SERVER : SpanKind.CLIENT)
                .setAttribute(SERVICE, service);
        if (parent == null) {
            builder.setNoParent();
        } else {
            builder.setParent(Context.root().with(Span.wrap(remote(parent))));
        }
        return new OtlpSpan(builder.startSpan());
    }

    private static SpanContext remote(TraceContext parent) {
        return SpanContext.createFromRemoteParent(
                parent.traceId(),
                parent.parentId(),
                TraceFlags.fromByte((byte) parent.flags()),
                TraceState.getDefault());
    }

    @Override
    public void close() {
        provider.shutdown().join(CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    }
}
