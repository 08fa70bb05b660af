package io.hikyaku.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaTopicsTest {
    private final KafkaTopics topics = new KafkaTopics("demo");

    @Test
    void namesTheTopicsOfACluster() {
        assertEquals("hikyaku.demo.in.osaka", topics.inbox("osaka"));
        assertEquals("hikyaku.demo.reg.osaka", topics.registry("osaka"));
    }

    @Test
    void theLongestNamesFitIntoATopic() {
        String label = "a".repeat(63);
        assertTrue(new KafkaTopics(label).registry(label).length() <= 249);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a.b", "a_b", "A", "-a", "a-", "a/b", "ü"})
    void refusesWhatIsNoLabel(String name) {
        assertThrows(IllegalArgumentException.class, () -> topics.inbox(name));
        assertThrows(IllegalArgumentException.class, () -> topics.registry(name));
        assertThrows(IllegalArgumentException.class, () -> new KafkaTopics(name));
    }

    @Test
    void refusesALabelThatIsTooLong() {
        assertThrows(IllegalArgumentException.class, () -> topics.inbox("a".repeat(64)));
    }

    @Test
    void findsTheClusterOfARegistryAndOfNothingElse() {
        assertEquals(Optional.of("osaka"), topics.clusterOfRegistry("hikyaku.demo.reg.osaka"));
        assertEquals(Optional.empty(), topics.clusterOfRegistry("hikyaku.demo.in.osaka"));
        assertEquals(Optional.empty(), topics.clusterOfRegistry("hikyaku.demo2.reg.osaka"));
        assertEquals(Optional.empty(), topics.clusterOfRegistry("hikyaku.demo.reg.a.b"));
        assertEquals(Optional.empty(), topics.clusterOfRegistry("hikyaku.demo.reg."));
    }
}
