package io.hikyaku.lab;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A relay or a bridge in a process of its own, with its log in a file. Ends with this JVM, however that ends. Not for
/// several threads at once.
public final class Program implements AutoCloseable {
    private static final Duration STOP = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

    private final String name;
    private final Path log;
    private final int adminPort;
    private final Process process;
    private boolean asked;

    private Program(String name, Path log, int adminPort, Process process) {
        this.name = name;
        this.log = log;
        this.adminPort = adminPort;
        this.process = process;
    }

    /// Starts `./hikyaku ARGUMENTS` with this JVM's Java and class path.
    ///
    /// @param adminPort where its configuration puts the admin server, on 127.0.0.1
    /// @param under a command that becomes the one behind it, such as `nice`; empty for none
    static Program start(
            String name, Path log, int adminPort, List<String> under, List<String> jvmOptions, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(under);
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-Xshare:auto"));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        return new Program(name, log, adminPort, process);
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /// Address of the admin server.
    public String admin() {
        return "127.0.0.1:" + adminPort;
    }

    /// Everything it has logged.
    public String log() throws IOException {
        return Files.readString(log);
    }

    /// Waits until `/readyz` answers 200.
    ///
    /// @throws IOException if the process ends before, or is not ready in time; with the end of its log
    public void awaitReady(Duration limit) throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (!isReady()) {
            if (!process.isAlive()) {
                throw new IOException(name + " ended while it started:\n" + endOfLog());
            }
            if (System.nanoTime() > end) {
                throw new IOException(name + " was not ready within " + limit.toSeconds() + " s:\n" + endOfLog());
            }
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
    }

    /// What `/api/v1/status` says.
    public JsonNode status() throws IOException, InterruptedException {
        return JSON.readTree(get("/api/v1/status").body());
    }

    /// What `/metrics` says.
    public String metrics() throws IOException, InterruptedException {
        return get("/metrics").body();
    }

    private boolean isReady() throws InterruptedException {
        try {
            return get("/readyz").statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + admin() + path))
                .timeout(Duration.ofSeconds(30))
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /// Ends it at once, as a crash would.
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS);
    }

    /// Asks it to end (SIGTERM) and returns at once. Once only: being told a second time ends it without draining.
    void askToStop() {
        if (!asked) {
            asked = true;
            process.destroy();
        }
    }

    /// Asks it to end (SIGTERM) and waits; kills it after half a minute.
    ///
    /// @return its exit code
    public int stop() throws InterruptedException {
        askToStop();
        if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
            kill();
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        try {
            stop();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private String endOfLog() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }
}
