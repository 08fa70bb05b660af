package io.hikyaku.bridge;

import io.hikyaku.channel.ChannelCounters;
import io.hikyaku.kafka.transport.KafkaStatus;
import io.hikyaku.kafka.transport.KafkaTransport;
import io.hikyaku.kubernetes.control.KubernetesSource;
import io.hikyaku.kubernetes.control.KubernetesState;
import io.hikyaku.stream.StreamCounters;
import io.hikyaku.stream.credit.MemoryBudget;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;

/// Shows what channels and streams count as metrics.
final class BridgeMeters {
    private BridgeMeters() {}

    static void register(MeterRegistry meters, ChannelCounters channels, StreamCounters streams, MemoryBudget budget) {
        count(meters, "hikyaku.channels.opened", "Channels that were opened", channels.opened);
        count(meters, "hikyaku.channels.closed", "Channels that ended", channels.closed);
        count(
                meters,
                "hikyaku.channel.handshakes.failed",
                "Handshakes that came to nothing",
                channels.handshakesFailed);
        count(meters, "hikyaku.channel.packets.sent", "Packets sealed and sent", channels.packetsSent);
        count(meters, "hikyaku.channel.packets.received", "Packets opened", channels.packetsReceived);
        count(meters, "hikyaku.channel.bytes.sent", "Bytes of packets sent", channels.bytesSent);
        count(meters, "hikyaku.channel.bytes.received", "Bytes of packets received", channels.bytesReceived);
        count(meters, "hikyaku.channel.packets.duplicate", "Packets that arrived again", channels.duplicates);
        count(meters, "hikyaku.channel.packets.reordered", "Packets that arrived early", channels.reordered);
        count(meters, "hikyaku.channel.packets.unauthentic", "Packets changed or forged", channels.unauthentic);
        count(meters, "hikyaku.channel.packets.stray", "Packets of no channel here", channels.stray);
        count(meters, "hikyaku.streams.opened", "Streams that were opened", streams.opened);
        count(meters, "hikyaku.streams.reset.here", "Streams that this bridge reset", streams.resetHere);
        count(meters, "hikyaku.streams.reset.by.peer", "Streams that the other bridge reset", streams.resetByPeer);
        count(meters, "hikyaku.streams.refused", "Streams refused for a limit", streams.refused);
        Gauge.builder("hikyaku.streams.open", streams, StreamCounters::open)
                .description("Streams that are open")
                .register(meters);
        Gauge.builder("hikyaku.streams.queued.bytes", streams.queuedBytes, LongAdder::sum)
                .description("Bytes that wait to be sent")
                .register(meters);
        Gauge.builder("hikyaku.streams.stalled", streams.stalled, LongAdder::sum)
                .description("Streams whose reader here takes nothing of what has arrived")
                .register(meters);
        Gauge.builder("hikyaku.streams.held.bytes", streams.heldBytes, LongAdder::sum)
                .description("Bytes that have arrived and that readers here have not taken")
                .register(meters);
        Gauge.builder("hikyaku.memory.reserved.bytes", budget, MemoryBudget::reserved)
                .description("Part of the memory budget that windows have been granted from")
                .register(meters);
    }

    static void register(MeterRegistry meters, KafkaTransport kafka) {
        count(
                meters,
                "hikyaku.kafka.packets.received",
                "Packets read from this bridge's inbox",
                kafka,
                KafkaStatus::received);
        count(meters, "hikyaku.kafka.records.foreign", "Records read that are for others", kafka, KafkaStatus::foreign);
        count(
                meters,
                "hikyaku.kafka.records.malformed",
                "Records read that are no packets",
                kafka,
                KafkaStatus::malformed);
        count(meters, "hikyaku.kafka.packets.lost", "Packets that no broker took in time", kafka, KafkaStatus::lost);
        count(meters, "hikyaku.kafka.records.refused", "Records that a broker refused", kafka, KafkaStatus::refused);
        Gauge.builder("hikyaku.kafka.queued.bytes", kafka, it -> it.status().queuedBytes())
                .description("Bytes of packets that no broker has acknowledged yet")
                .register(meters);
        Gauge.builder("hikyaku.kafka.up", kafka, it -> it.status().up() ? 1 : 0)
                .description("Whether packets can be sent and read over Kafka")
                .register(meters);
    }

    /// All are 0 until the API server has been found and knows the types of the Multi-Cluster Services API.
    static void register(MeterRegistry meters, KubernetesSource source) {
        show(meters, source, "exports", "ServiceExports that are exported", KubernetesState::exports);
        show(meters, source, "imports", "ServiceImports that this bridge listens for", KubernetesState::imports);
        show(meters, source, "queue", "Services that have yet to be looked at", KubernetesState::waiting);
        show(meters, source, "failing", "Services whose last attempt failed", KubernetesState::failing);
        show(meters, source, "leader", "Whether this bridge is the one that writes", state -> state.leads() ? 1 : 0);
        show(
                meters,
                source,
                "watching",
                "Whether the API server tells of changes now",
                state -> state.watching() ? 1 : 0);
        FunctionCounter.builder("hikyaku.kubernetes.writes", source, it -> value(it, KubernetesState::writes))
                .description("Requests to the API server that change something")
                .register(meters);
    }

    private static void show(
            MeterRegistry meters,
            KubernetesSource source,
            String name,
            String description,
            ToLongFunction<KubernetesState> value) {
        Gauge.builder("hikyaku.kubernetes." + name, source, it -> value(it, value))
                .description(description)
                .register(meters);
    }

    private static long value(KubernetesSource source, ToLongFunction<KubernetesState> value) {
        return source.state().map(value::applyAsLong).orElse(0L);
    }

    private static void count(
            MeterRegistry meters,
            String name,
            String description,
            KafkaTransport kafka,
            ToLongFunction<KafkaStatus> value) {
        FunctionCounter.builder(name, kafka, it -> value.applyAsLong(it.status()))
                .description(description)
                .register(meters);
    }

    private static void count(MeterRegistry meters, String name, String description, LongAdder value) {
        FunctionCounter.builder(name, value, LongAdder::sum)
                .description(description)
                .register(meters);
    }
}
