package io.hikyaku.call.observe.meter;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The histograms of all calls, converted to Prometheus' form when it is requested. Recording into Micrometer's own
/// takes longer than everything else that is observed of a call.
final class CallHistograms implements MultiCollector {
    private static final List<Double> BOUNDS = bounds();

    private final Map<Tags, DurationHistogram> duration = new ConcurrentHashMap<>();
    private final Map<Tags, DurationHistogram> firstByte = new ConcurrentHashMap<>();

    /// Shows them with the meters, where those are Prometheus'.
    void register(MeterRegistry meters) {
        if (meters instanceof PrometheusMeterRegistry prometheus) {
            prometheus.getPrometheusRegistry().register(this);
        }
    }

    /// From the beginning of a call to its end.
    DurationHistogram duration(Tags tags) {
        return duration.computeIfAbsent(tags, unknown -> new DurationHistogram());
    }

    /// From the beginning of a call to the first byte of its response.
    DurationHistogram firstByte(Tags tags) {
        return firstByte.computeIfAbsent(tags, unknown -> new DurationHistogram());
    }

    @Override
    public MetricSnapshots collect() {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        add(all, "hikyaku_call_duration_seconds", "From the beginning of a call to its end", duration);
        add(
                all,
                "hikyaku_call_first_byte_seconds",
                "From the beginning of a call to the first byte of its response",
                firstByte);
        return all.build();
    }

    private static void add(
            MetricSnapshots.Builder all, String name, String help, Map<Tags, DurationHistogram> histograms) {
        if (!histograms.isEmpty()) {
            HistogramSnapshot.Builder one =
                    HistogramSnapshot.builder().name(name).help(help);
            histograms.forEach((tags, histogram) -> one.dataPoint(HistogramDataPointSnapshot.builder()
                    .labels(labels(tags))
                    .classicHistogramBuckets(ClassicHistogramBuckets.of(BOUNDS, histogram.counts()))
                    .sum(histogram.sumSeconds())
                    .build()));
            all.metricSnapshot(one.build());
        }
    }

    private static Labels labels(Tags tags) {
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (Tag tag : tags) {
            names.add(tag.getKey());
            values.add(tag.getValue());
        }
        return Labels.of(names, values);
    }

    private static List<Double> bounds() {
        List<Double> bounds = new ArrayList<>();
        Arrays.stream(DurationHistogram.BOUNDS_MILLIS).forEach(millis -> bounds.add(millis / 1000.0));
        bounds.add(Double.POSITIVE_INFINITY);
        return bounds;
    }
}
