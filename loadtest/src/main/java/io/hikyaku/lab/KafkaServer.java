package io.hikyaku.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Apache Kafka's own server (KRaft, one node) in a child process on ephemeral loopback ports, with its data in a
/// temporary folder. Nothing is left behind: [#close] ends the process and deletes the folder, and if this JVM
/// dies without it the child notices and does both. Not for several threads at once.
public final class KafkaServer implements Broker {
    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration STOP = Duration.ofSeconds(10);

    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("process.roles", "broker,controller"),
            Map.entry("node.id", Integer.toString(KafkaProcess.NODE)),
            Map.entry("controller.listener.names", KafkaProcess.CONTROLLER),
            Map.entry("inter.broker.listener.name", KafkaProcess.CLIENTS),
            Map.entry("auto.create.topics.enable", "false"),
            // The default takes 128 MiB of heap.
            Map.entry("log.cleaner.dedupe.buffer.size", "2097152"),
            Map.entry("offsets.topic.num.partitions", "1"),
            Map.entry("offsets.topic.replication.factor", "1"),
            Map.entry("transaction.state.log.num.partitions", "1"),
            Map.entry("transaction.state.log.replication.factor", "1"),
            Map.entry("transaction.state.log.min.isr", "1"),
            Map.entry("share.coordinator.state.topic.num.partitions", "1"),
            Map.entry("share.coordinator.state.topic.replication.factor", "1"),
            Map.entry("share.coordinator.state.topic.min.isr", "1"),
            Map.entry("group.initial.rebalance.delay.ms", "0"),
            // Left to the kernel: with TLS and large batches the default of 100 KiB stalls for 200 ms at a time.
            Map.entry("socket.send.buffer.bytes", "-1"),
            Map.entry("socket.receive.buffer.bytes", "-1"));

    private final Path folder;
    private final Place place;
    private final List<String> jvmOptions;
    private int clientPort;
    private int controllerPort;
    private @Nullable Process process;

    /// @param under a command that becomes the one behind it
    private record Place(List<String> under, String address) {
        static final Place HERE = new Place(List.of(), "127.0.0.1");
    }

    private KafkaServer(Path folder, Place place, List<String> jvmOptions) {
        this.folder = folder;
        this.place = place;
        this.jvmOptions = jvmOptions;
    }

    /// A broker without encryption or authorization, which starts fast.
    public static KafkaServer open() throws IOException {
        return open(BrokerListeners.plaintext(), List.of("-Xmx128m", "-XX:TieredStopAtLevel=1"));
    }

    /// A broker in another network namespace of this machine, which takes root.
    ///
    /// @param address to listen on there
    public static KafkaServer openIn(String namespace, String address) throws IOException {
        Place place = new Place(List.of("ip", "netns", "exec", namespace), address);
        return open(place, BrokerListeners.plaintext(), List.of("-Xmx128m", "-XX:TieredStopAtLevel=1"));
    }

    /// A broker to measure with: enough heap, and the optimizing compiler.
    public static KafkaServer openForMeasuring() throws IOException {
        return open(BrokerListeners.plaintext(), List.of("-Xmx512m"));
    }

    /// A broker that demands client certificates and asks its access control lists about everything.
    ///
    /// @param authority signs the broker's certificate and all clients'
    public static KafkaServer openSecured(KafkaAuthority authority) throws IOException {
        return open(BrokerListeners.mutualTls(authority), List.of("-Xmx128m", "-XX:TieredStopAtLevel=1"));
    }

    private static KafkaServer open(Map<String, String> listeners, List<String> jvmOptions) throws IOException {
        return open(Place.HERE, listeners, jvmOptions);
    }

    private static KafkaServer open(Place place, Map<String, String> listeners, List<String> jvmOptions)
            throws IOException {
        Path folder = Files.createTempDirectory("hikyaku-kafka-");
        KafkaServer server = new KafkaServer(folder, place, jvmOptions);
        try {
            server.writeSettings(listeners);
            server.start();
            return server;
        } catch (IOException | RuntimeException failed) {
            server.close();
            throw failed;
        }
    }

    @Override
    public String name() {
        return "kafka process";
    }

    @Override
    public String bootstrapServers() {
        return place.address() + ":" + clientPort;
    }

    /// The process that serves now.
    public long pid() {
        return running().pid();
    }

    /// What it wrote: warnings and worse.
    public Path log() {
        return folder.resolve("broker.log");
    }

    Path folder() {
        return folder;
    }

    /// What the child sees when this JVM is killed.
    void closeInput() throws IOException {
        running().getOutputStream().close();
    }

    private void writeSettings(Map<String, String> listeners) throws IOException {
        Properties settings = new Properties();
        new TreeMap<>(SETTINGS).forEach(settings::setProperty);
        listeners.forEach(settings::setProperty);
        Path file = Files.createFile(folder.resolve(KafkaProcess.SETTINGS), OwnerOnly.FILE);
        try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            settings.store(writer, null);
        }
    }

    @Override
    public void start() throws IOException {
        if (process != null) {
            throw new IllegalStateException("The broker runs already");
        }
        List<String> command = new ArrayList<>(place.under());
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-Xshare:auto"));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(jvmOptions);
        command.add("-D" + KafkaProcess.ADDRESS_PROPERTY + "=" + place.address());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), KafkaProcess.class.getName()));
        command.addAll(List.of(folder.toString(), Integer.toString(clientPort), Integer.toString(controllerPort)));
        Process started = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
        process = started;
        String[] ready = awaitReady(started).split(" ");
        clientPort = Integer.parseInt(ready[1]);
        controllerPort = Integer.parseInt(ready[2]);
    }

    private String awaitReady(Process started) throws IOException {
        CompletableFuture<@Nullable String> line = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            // Read to the end: a full pipe would stop the broker.
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8))) {
                for (String said = out.readLine(); said != null; said = out.readLine()) {
                    if (said.startsWith(KafkaProcess.READY)) {
                        line.complete(said);
                    }
                }
                line.complete(null);
            } catch (IOException broken) {
                line.completeExceptionally(broken);
            }
        });
        try {
            String said = line.get(START.toSeconds(), TimeUnit.SECONDS);
            if (said == null) {
                throw new IOException("Kafka ended while it started:\n" + endOfLog());
            }
            return said;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while Kafka started", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("Kafka did not start within " + START.toSeconds() + " s:\n" + endOfLog(), e);
        }
    }

    private String endOfLog() throws IOException {
        List<String> lines = Files.readAllLines(log());
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException("The broker does not run");
        }
        return process;
    }

    @Override
    public void stop() throws IOException {
        end(running());
        process = null;
    }

    /// By its handle, since [Process#destroy] also closes the child's input, which means that the parent is gone.
    private static void end(Process process) throws IOException {
        process.toHandle().destroy();
        try {
            if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                kill(process);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while Kafka stopped", e);
        }
    }

    private static void kill(Process process) throws IOException {
        try {
            process.destroyForcibly().waitFor(STOP.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while Kafka was killed", e);
        }
    }

    @Override
    public boolean segmentsHold(String canary) throws IOException {
        return SegmentScan.holds(folder.resolve(KafkaProcess.DATA), canary.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        if (process != null) {
            kill(process); // its data goes too, so there is nothing to bring in order
            process = null;
        }
        TemporaryFolder.delete(folder);
    }
}
