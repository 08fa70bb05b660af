package io.hikyaku.kafka.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PartitionChoiceTest {
    private final Random random = new Random(4711);

    @Test
    void takesThePartitionThatFewestOthersUse() {
        assertEquals(2, PartitionChoice.choose(Map.of(0, 2, 1, 2, 2, 1, 3, 5), 4, random));
    }

    @Test
    void takesAnyOfThoseThatNobodyUses() {
        // When
        Set<Integer> chosen = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            chosen.add(PartitionChoice.choose(Map.of(0, 1, 3, 1), 5, random));
        }

        // Then
        assertEquals(Set.of(1, 2, 4), chosen);
    }

    @Test
    void ignoresUsersOfPartitionsThatAreNoMore() {
        assertEquals(0, PartitionChoice.choose(Map.of(7, 1), 1, random));
    }

    @Test
    void refusesAnInboxWithoutPartitions() {
        assertThrows(IllegalArgumentException.class, () -> PartitionChoice.choose(Map.of(), 0, random));
    }
}
