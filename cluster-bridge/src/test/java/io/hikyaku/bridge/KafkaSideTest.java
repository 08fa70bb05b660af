package io.hikyaku.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.config.KafkaLink;
import io.hikyaku.config.limits.BridgeLimits;
import io.hikyaku.config.value.HostPort;
import io.hikyaku.kafka.KafkaTopics;
import io.hikyaku.kafka.transport.KafkaTransport;
import io.hikyaku.route.table.QueueMarks;
import io.hikyaku.wire.NodeId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KafkaSideTest {
    @Test
    void linksTellThatTheyDrainedByTheMarksThatChannelsWaitBy() {
        // Given
        BridgeLimits limits = BridgeLimits.DEFAULTS;
        KafkaLink config = new KafkaLink(List.of(HostPort.parse("k1:9092")), Map.of(), Optional.empty());

        // When
        KafkaTransport.Settings settings =
                KafkaSide.settings(new NodeId(1, 2), new KafkaTopics("demo"), "osaka", config, limits);

        // Then
        assertEquals(QueueMarks.ofInbox(limits.route()), new QueueMarks(settings.fullAbove(), settings.drainedAt()));
    }
}
