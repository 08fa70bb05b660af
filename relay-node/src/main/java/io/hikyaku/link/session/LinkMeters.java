package io.hikyaku.link.session;

import io.hikyaku.wire.Malformed;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/// Counters of all links of one transport. Every label has a closed set of values.
public final class LinkMeters {
    private static final String BYTES = "Bytes of packets over links";
    private static final String PACKETS = "Packets over links";

    private final MeterRegistry registry;
    private final String transport;
    private final AtomicInteger up = new AtomicInteger();
    private final List<IntSupplier> greeting = new CopyOnWriteArrayList<>();
    private final Counter bytesIn;
    private final Counter bytesOut;
    private final Counter packetsIn;
    private final Counter packetsOut;

    /// Why a neighbour was refused, or a link closed by us.
    public enum Refusal {
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
        /// Too many that have not greeted yet, in all or of one source.
        GREETING_LIMIT,
        /// Nothing was heard.
        SILENT,
        /// A mistake of our own.
        INTERNAL
    }

    public LinkMeters(MeterRegistry registry, LinkTransport transport) {
        this.registry = registry;
        this.transport = transport.label();
        Gauge.builder("hikyaku.links.up", up::get)
                .description("Links that are up")
                .tag("transport", this.transport)
                .register(registry);
        Gauge.builder("hikyaku.links.greeting", this::greeting)
                .description("Accepted connections that have not greeted yet")
                .tag("transport", this.transport)
                .register(registry);
        bytesIn = counter("hikyaku.link.bytes", BYTES, "direction", "in");
        bytesOut = counter("hikyaku.link.bytes", BYTES, "direction", "out");
        packetsIn = counter("hikyaku.link.packets", PACKETS, "direction", "in");
        packetsOut = counter("hikyaku.link.packets", PACKETS, "direction", "out");
    }

    /// @param listener how many have not greeted yet at one more listener
    public void addGreeting(IntSupplier listener) {
        greeting.add(listener);
    }

    private int greeting() {
        return greeting.stream().mapToInt(IntSupplier::getAsInt).sum();
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
        counter("hikyaku.link.malformed", "Links closed for malformed bytes", "reason", label(reason))
                .increment();
    }

    public void onRefused(Refusal refusal) {
        counter("hikyaku.link.refused", "Links refused or closed by this node", "reason", label(refusal))
                .increment();
    }

    private Counter counter(String name, String description, String label, String value) {
        return Counter.builder(name)
                .description(description)
                .tags("transport", transport, label, value)
                .register(registry);
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
