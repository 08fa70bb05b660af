package io.hikyaku.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// All rounds of one scenario over one way.
final class Measurement {
    private final String scenario;
    private final Contender contender;
    private final List<Sample> samples = new ArrayList<>();
    private final List<double[]> cpuMicros = new ArrayList<>();

    Measurement(String scenario, Contender contender) {
        this.scenario = scenario;
        this.contender = contender;
    }

    /// @param cpuSeconds used by each of the way's processes during the round
    void add(Sample sample, double[] cpuSeconds) {
        samples.add(sample);
        double requests = Math.max(1, sample.requests());
        cpuMicros.add(Arrays.stream(cpuSeconds)
                .map(seconds -> seconds * 1e6 / requests)
                .toArray());
    }

    String scenario() {
        return scenario;
    }

    Contender contender() {
        return contender;
    }

    List<Sample> samples() {
        return List.copyOf(samples);
    }

    long failures() {
        return samples.stream().mapToLong(Sample::failures).sum();
    }

    double median(ToDoubleFunction<Sample> figure) {
        return medianOf(samples.stream().mapToDouble(figure).toArray());
    }

    /// CPU microseconds per request of each process, medians over the rounds.
    double[] cpuMicrosPerRequest() {
        int processes = contender.processes().size();
        double[] medians = new double[processes];
        for (int i = 0; i < processes; i++) {
            int process = i;
            medians[i] = medianOf(
                    cpuMicros.stream().mapToDouble(round -> round[process]).toArray());
        }
        return medians;
    }

    private static double medianOf(double[] values) {
        if (values.length == 0) {
            return 0;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
