package io.hikyaku.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The table for people and the file for programs.
final class Report {
    private static final String ROW = "  %-14s %10s %8s %9s %9s   %s%n";

    private Report() {}

    /// @param machine what it is measured with and on
    static String heading(Map<String, String> machine) {
        StringBuilder heading = new StringBuilder();
        machine.forEach((what, value) -> heading.append("%s: %s%n".formatted(what, value)));
        return heading.toString();
    }

    /// One scenario: a row for each way, medians of the rounds.
    static String block(List<Measurement> block) {
        StringBuilder table =
                new StringBuilder("%n%s%n".formatted(block.getFirst().scenario()));
        table.append(ROW.formatted("", unit(block), "of pair", "p50 ms", "p99 ms", "CPU µs each, by process"));
        double pair = rateOf(block, "haproxy pair");
        for (Measurement measurement : block) {
            table.append(row(measurement, pair));
        }
        return table.toString();
    }

    private static String unit(List<Measurement> block) {
        return block.getFirst().scenario().startsWith("TCP") ? "MiB/s" : "req/s";
    }

    private static double rateOf(List<Measurement> block, String contender) {
        return block.stream()
                .filter(measurement -> measurement.contender().name().equals(contender))
                .mapToDouble(measurement -> measurement.median(Sample::perSecond))
                .findFirst()
                .orElse(0);
    }

    private static String row(Measurement measurement, double pair) {
        double rate = measurement.median(Sample::perSecond);
        double p50 = measurement.median(Sample::p50Micros) / 1e3;
        double p99 = measurement.median(Sample::p99Micros) / 1e3;
        String failed = measurement.failures() == 0 ? "" : "  FAILED: " + measurement.failures();
        return ROW.formatted(
                measurement.contender().name(),
                number("%.0f", rate),
                pair == 0 ? "" : number("%.2f", rate / pair),
                p50 == 0 ? "" : number("%.3f", p50),
                p99 == 0 ? "" : number("%.3f", p99),
                cpu(measurement) + failed);
    }

    private static String cpu(Measurement measurement) {
        double[] micros = measurement.cpuMicrosPerRequest();
        List<String> parts = new ArrayList<>();
        double sum = 0;
        int i = 0;
        for (Map.Entry<String, Long> process : measurement.contender().entries()) {
            sum += micros[i];
            parts.add(process.getKey() + number(" %.1f", micros[i++]));
        }
        return parts.isEmpty() ? "" : number("%.1f", sum) + " = " + String.join(" + ", parts);
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    /// Writes all rounds as JSON.
    static void write(List<Measurement> measurements, Map<String, String> machine, Path file) throws IOException {
        JsonMapper mapper = JsonMapper.shared();
        ObjectNode root = mapper.createObjectNode();
        ObjectNode about = root.putObject("machine");
        machine.forEach(about::put);
        ArrayNode results = root.putArray("results");
        for (Measurement measurement : measurements) {
            ObjectNode result = results.addObject();
            result.put("scenario", measurement.scenario());
            result.put("way", measurement.contender().name());
            ObjectNode cpu = result.putObject("cpuMicrosPerRequest");
            double[] micros = measurement.cpuMicrosPerRequest();
            int i = 0;
            for (Map.Entry<String, Long> process : measurement.contender().entries()) {
                cpu.put(process.getKey(), micros[i++]);
            }
            ArrayNode rounds = result.putArray("rounds");
            for (Sample sample : measurement.samples()) {
                rounds.addObject()
                        .put("perSecond", sample.perSecond())
                        .put("p50Micros", sample.p50Micros())
                        .put("p99Micros", sample.p99Micros())
                        .put("requests", sample.requests())
                        .put("failures", sample.failures());
            }
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root));
    }
}
