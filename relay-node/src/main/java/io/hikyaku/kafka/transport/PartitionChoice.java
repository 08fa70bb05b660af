package io.hikyaku.kafka.transport;

import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Which partition of its cluster's inbox an instance reads: one of those that the fewest others use. Two that
/// choose at the same time may take the same one, which costs some reading and nothing else: readers drop what is
/// for others.
public final class PartitionChoice {
    private PartitionChoice() {}

    /// @param usedByOthers how many live instances announce each partition; absent is none
    /// @param partitions how many the inbox has, from 1
    public static int choose(Map<Integer, Integer> usedByOthers, int partitions, RandomGenerator random) {
        int least = IntStream.range(0, partitions)
                .map(partition -> usedByOthers.getOrDefault(partition, 0))
                .min()
                .orElseThrow(() -> new IllegalArgumentException("An inbox has a partition at least"));
        List<Integer> best = IntStream.range(0, partitions)
                .filter(partition -> usedByOthers.getOrDefault(partition, 0) == least)
                .boxed()
                .toList();
        return best.get(random.nextInt(best.size()));
    }
}
