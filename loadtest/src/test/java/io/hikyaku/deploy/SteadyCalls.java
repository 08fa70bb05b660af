package io.hikyaku.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.loop.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A pod that calls all the time, five times a second, and what became of its calls.
final class SteadyCalls implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path out;
    private final Process process;

    private SteadyCalls(Path out, Process process) {
        this.out = out;
        this.process = process;
    }

    /// @param began milliseconds since 1970
    record Call(long began, long ended, String outcome) {
        boolean succeeded() {
            return outcome.startsWith("200 ");
        }
    }

    /// Returns once calls are answered.
    static SteadyCalls start(RealCluster cluster, Path out, String url) throws Exception {
        Process process = cluster.background(
                out,
                "exec",
                "--stdin",
                "--namespace=shop",
                "client",
                "--",
                "java",
                "-cp",
                "/app/classes:/app/*",
                PodCalls.class.getName(),
                "steady",
                url,
                "200");
        SteadyCalls calls = new SteadyCalls(out, process);
        calls.awaitMore(10);
        return calls;
    }

    /// Until so many more have ended, of whatever outcome.
    void awaitMore(int more) throws IOException {
        int before = all().size();
        Await.until("calls go on", PATIENCE, () -> all().size() >= before + more);
    }

    /// Until so many in a row, as they were begun, have succeeded.
    void awaitSucceeding(int count) throws IOException {
        int before = all().size();
        Await.until("calls succeed again", PATIENCE, () -> {
            List<Call> since = all().stream()
                    .skip(before)
                    .sorted(Comparator.comparingLong(Call::began))
                    .toList();
            return since.size() >= count
                    && since.subList(since.size() - count, since.size()).stream()
                            .allMatch(Call::succeeded);
        });
    }

    /// For people: how many of the calls from the one of that number on failed, and for how long.
    ///
    /// @param since milliseconds since 1970
    String failures(int first, long since) throws IOException {
        List<Call> calls = all().stream().skip(first).toList();
        List<Call> failed = calls.stream().filter(call -> !call.succeeded()).toList();
        long last = failed.stream().mapToLong(Call::began).max().orElse(since);
        return failed.size() + " of " + calls.size() + " calls failed, the last begun " + (last - since)
                + " ms after it";
    }

    List<Call> all() throws IOException {
        try (Stream<String> lines = Files.lines(out)) {
            return lines.map(line -> line.split(" ", 3))
                    .filter(line -> line.length == 3)
                    .map(line -> new Call(Long.parseLong(line[0]), Long.parseLong(line[1]), line[2]))
                    .toList();
        }
    }

    /// No call failed since the one of that number.
    void assertNoneFailedSince(int first) throws IOException {
        List<Call> all = all();
        List<Call> since = all.subList(first, all.size());
        List<Call> failed = since.stream().filter(call -> !call.succeeded()).toList();
        assertTrue(since.size() > 10, () -> "only " + since.size() + " calls");
        assertEquals(List.of(), failed, () -> failed.size() + " of " + since.size() + " calls failed");
    }

    @Override
    public void close() throws Exception {
        process.getOutputStream().close();
        process.destroy();
        process.waitFor();
    }
}
