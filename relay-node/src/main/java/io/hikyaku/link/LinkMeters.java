package io.hikyaku.link;

import io.hikyaku.wire.Malformed;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/// Counters of all links of one transport. Every label has a closed set of values.
final class LinkMeters {
    private final MeterRegistry registry;
    private final String transport;
    private final AtomicInteger up = new AtomicInteger();
    private final Counter bytesIn;
    private final Counter bytesOut;
    private final Counter packetsIn;
    private final Counter packetsOut;

    /// Why a neighbour was refused, or a link closed by us.
    enum Refusal {
        /// No TLS was agreed, or the certificate is not one of ours.
        TLS,
        /// No common version.
        VERSION,
        /// Statement or proof.
        IDENTITY,
        /// The greeting was not done in time.
        TIMEOUT,
        /// A packet with a source that is not the neighbour's.
        FOREIGN_SOURCE,
        /// Too many links, or too much waiting.
        LIMIT,
        /// Nothing was heard.
        SILENT,
        /// A mistake of our own.
        INTERNAL
    }

    LinkMeters(MeterRegistry registry, LinkTransport transport) {
        this.registry = registry;
        this.transport = transport.label();
        registry.gauge("hikyaku.links.up", Tags.of("transport", this.transport), up);
        bytesIn = counter("hikyaku.link.bytes", "direction", "in");
        bytesOut = counter("hikyaku.link.bytes", "direction", "out");
        packetsIn = counter("hikyaku.link.packets", "direction", "in");
        packetsOut = counter("hikyaku.link.packets", "direction", "out");
    }

    void onUp() {
        up.incrementAndGet();
    }

    void onDown() {
        up.decrementAndGet();
    }

    void onSent(int packets, long bytes) {
        packetsOut.increment(packets);
        bytesOut.increment((double) bytes);
    }

    void onReceived(int packets, long bytes) {
        packetsIn.increment(packets);
        bytesIn.increment((double) bytes);
    }

    void onMalformed(Malformed.Reason reason) {
        counter("hikyaku.link.malformed", "reason", label(reason)).increment();
    }

    void onRefused(Refusal refusal) {
        counter("hikyaku.link.refused", "reason", label(refusal)).increment();
    }

    private Counter counter(String name, String label, String value) {
        return registry.counter(name, "transport", transport, label, value);
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
