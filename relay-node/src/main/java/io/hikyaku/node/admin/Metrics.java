package io.hikyaku.node.admin;

import io.hikyaku.net.EventLoops;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.internal.PlatformDependent;

/// The registry of a process's metrics, with those of the JVM and of Netty's memory in it.
public final class Metrics implements AutoCloseable {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();

    public Metrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
        Gauge.builder("netty.direct.memory.used.bytes", PlatformDependent::usedDirectMemory)
                .description("Memory that Netty has reserved outside the heap")
                .register(registry);
        bind(EventLoops.ALLOCATOR);
    }

    public MeterRegistry registry() {
        return registry;
    }

    /// Everything, in Prometheus' text format.
    public String scrape() {
        return registry.scrape();
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }

    private void bind(ByteBufAllocator allocator) {
        if (allocator instanceof ByteBufAllocatorMetricProvider provider) {
            Gauge.builder(
                            "netty.allocator.direct.bytes",
                            provider,
                            p -> p.metric().usedDirectMemory())
                    .description("Memory outside the heap that the allocator of packets holds")
                    .register(registry);
            Gauge.builder(
                            "netty.allocator.heap.bytes",
                            provider,
                            p -> p.metric().usedHeapMemory())
                    .description("Memory on the heap that the allocator of packets holds")
                    .register(registry);
        }
    }
}
