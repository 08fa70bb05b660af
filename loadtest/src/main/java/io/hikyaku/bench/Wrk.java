package io.hikyaku.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// wrk, the load generator written in C.
final class Wrk implements LoadGenerator {
    private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in ([0-9.]+)(us|ms|s|m)");
    private static final Pattern PERCENTILE = Pattern.compile("\\s+(50|99)%\\s+([0-9.]+)(us|ms|s|m)");
    private static final Pattern ERRORS =
            Pattern.compile("Socket errors: connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)");
    private static final Pattern BAD_STATUS = Pattern.compile("Non-2xx or 3xx responses: (\\d+)");

    private final Path program;

    Wrk(Path program) {
        this.program = program;
    }

    @Override
    public String name() {
        return "wrk";
    }

    @Override
    public Sample run(String address, String path, int connections, Connections reuse, Duration duration)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                program.toString(), "-t", "1", "-c", Integer.toString(connections), "-d", duration.toSeconds() + "s"));
        command.add("--latency");
        if (reuse == Connections.NEW_FOR_EACH_REQUEST) {
            command.addAll(List.of("-H", "Connection: close"));
        }
        command.add("http://" + address + path);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return parse(output, reuse);
    }

    /// @param output what wrk prints with `--latency`
    static Sample parse(String output, LoadGenerator.Connections reuse) throws IOException {
        Matcher total = REQUESTS.matcher(output);
        if (!total.find()) {
            throw new IOException("wrk measured nothing:\n" + output);
        }
        long requests = Long.parseLong(total.group(1));
        double seconds = micros(total.group(2), total.group(3)) / 1e6;
        double p50 = 0;
        double p99 = 0;
        Matcher percentile = PERCENTILE.matcher(output);
        while (percentile.find()) {
            double value = micros(percentile.group(2), percentile.group(3));
            if (percentile.group(1).equals("50")) {
                p50 = value;
            } else {
                p99 = value;
            }
        }
        return new Sample(requests, failures(output, reuse), seconds, p50, p99);
    }

    /// A server that closes as asked looks like a read error to wrk.
    private static long failures(String output, LoadGenerator.Connections reuse) {
        long failures = 0;
        Matcher errors = ERRORS.matcher(output);
        if (errors.find()) {
            failures += Long.parseLong(errors.group(1)) + Long.parseLong(errors.group(3));
            failures += Long.parseLong(errors.group(4));
            failures += reuse == Connections.KEPT ? Long.parseLong(errors.group(2)) : 0;
        }
        Matcher bad = BAD_STATUS.matcher(output);
        return bad.find() ? failures + Long.parseLong(bad.group(1)) : failures;
    }

    private static double micros(String number, String unit) {
        double value = Double.parseDouble(number);
        return switch (unit) {
            case "us" -> value;
            case "ms" -> value * 1e3;
            case "s" -> value * 1e6;
            default -> value * 60e6;
        };
    }
}
