package io.hikyaku.bench;

import io.hikyaku.bench.LoadGenerator.Connections;
import io.hikyaku.kafka.KafkaTopics;
import io.hikyaku.kafka.prepare.KafkaPrepare;
import io.hikyaku.lab.KafkaServer;
import io.hikyaku.lab.LocalMesh;
import io.hikyaku.lab.LocalMesh.Export;
import io.hikyaku.lab.LocalMesh.Import;
import io.hikyaku.lab.Ports;
import io.hikyaku.lab.Program;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Everything that is measured, started: the origin, and the ways to it. [#close] ends all of it, the last started
/// first.
final class Testbed implements AutoCloseable {
    static final String DIRECT = "direct";
    static final String HAPROXY = "haproxy";
    static final String RELAY = "relay";
    static final String KAFKA = "kafka";
    static final Set<String> ALL = Set.of(DIRECT, HAPROXY, RELAY, KAFKA);

    private static final Logger LOG = LoggerFactory.getLogger(Testbed.class);
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(20);
    private static final String WEB = "bench/web";
    private static final String BULK = "bench/bulk";
    private static final int WEB_PORT = 80;
    private static final int BULK_PORT = 7000;

    private final PrintWriter progress;
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final List<Contender> contenders = new ArrayList<>();
    private String originName = "";

    private Testbed(PrintWriter progress) {
        this.progress = progress;
    }

    /// @param names which ways
    /// @param jvmOptions for relays and bridges
    /// @param progress takes a line for each step
    static Testbed start(Set<String> names, List<String> jvmOptions, PrintWriter progress) throws Exception {
        Testbed testbed = new Testbed(progress);
        Runtime.getRuntime().addShutdownHook(new Thread(testbed::closeQuietly, "bench-cleaner"));
        try {
            testbed.startAll(names, jvmOptions);
            return testbed;
        } catch (Exception failed) {
            testbed.close();
            throw failed;
        }
    }

    List<Contender> contenders() {
        return List.copyOf(contenders);
    }

    String originName() {
        return originName;
    }

    private void startAll(Set<String> names, List<String> jvmOptions) throws Exception {
        LocalMesh mesh = opened(LocalMesh.open("bench", jvmOptions));
        Path folder = Files.createDirectory(mesh.folder().resolve("servers"));
        Origin origin = opened(Origin.start(folder));
        BulkServer bulk = opened(new BulkServer());
        originName = origin.name();
        if (names.contains(DIRECT)) {
            contenders.add(new Contender("direct", origin.address(), bulk.address(), new LinkedHashMap<>(), false));
        }
        if (names.contains(HAPROXY)) {
            startHaproxy(folder, mesh.clusterIdentity("haproxy"), origin, bulk);
        }
        if (names.contains(RELAY)) {
            say("starting a relay and two bridges");
            String url = "tls://127.0.0.1:" + Ports.free();
            Program relay = mesh.relay("relay", List.of(url), List.of());
            SequencedMap<String, Long> between = new LinkedHashMap<>();
            between.put("relay", relay.pid());
            startBridges(mesh, RELAY, LocalMesh.relayLink(url), origin, bulk, between);
        }
        if (names.contains(KAFKA)) {
            say("starting Kafka and two bridges");
            KafkaServer kafka = opened(KafkaServer.openForMeasuring());
            try (KafkaPrepare prepare = new KafkaPrepare(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
                prepare.prepare(new KafkaTopics(mesh.mesh()), List.of("kafka-near", "kafka-far"), 1, 1);
            }
            SequencedMap<String, Long> broker = new LinkedHashMap<>();
            broker.put("broker", kafka.pid());
            startBridges(mesh, KAFKA, LocalMesh.kafkaLink(kafka.bootstrapServers()), origin, bulk, broker);
        }
    }

    /// Two clusters, of which the far one exports and the near one imports.
    ///
    /// @param between what carries their packets: a process to count the CPU of
    private void startBridges(
            LocalMesh mesh,
            String name,
            String link,
            Origin origin,
            BulkServer bulk,
            SequencedMap<String, Long> between)
            throws Exception {
        List<Export> exports = List.of(
                new Export(WEB, WEB_PORT, "http", origin.address()),
                new Export(BULK, BULK_PORT, "tcp", bulk.address()));
        Program far = mesh.bridge(name + "-far", name + "-far", List.of(link), exports, List.of(), "");
        List<Integer> ports = Ports.free(2);
        List<Import> imports =
                List.of(new Import(WEB, WEB_PORT, ports.get(0)), new Import(BULK, BULK_PORT, ports.get(1)));
        Program near = mesh.bridge(name + "-near", name + "-near", List.of(link), List.of(), imports, "");
        SequencedMap<String, Long> processes = new LinkedHashMap<>();
        processes.put("near", near.pid());
        processes.putAll(between);
        processes.put("far", far.pid());
        Contender contender =
                new Contender(name, "127.0.0.1:" + ports.get(0), "127.0.0.1:" + ports.get(1), processes, true);
        awaitFirstAnswer(contender);
        contenders.add(contender);
    }

    /// The registry needs a moment until the near side knows what the far one exports.
    private static void awaitFirstAnswer(Contender contender) throws Exception {
        LoadGenerator one = new OwnGenerator();
        long end = System.nanoTime() + FIRST_ANSWER.toNanos();
        while (one.run(contender.http(), Origin.PATH, 1, Connections.KEPT, Duration.ofMillis(100))
                        .requests()
                == 0) {
            if (System.nanoTime() > end) {
                throw new IOException(
                        "No answer over " + contender.name() + " within " + FIRST_ANSWER.toSeconds() + " s");
            }
        }
    }

    private synchronized <T extends AutoCloseable> T opened(T part) {
        started.push(part);
        return part;
    }

    private void say(String line) {
        progress.println(line);
        progress.flush();
    }

    @Override
    public synchronized void close() throws Exception {
        while (!started.isEmpty()) {
            started.pop().close();
        }
    }

    /// Ctrl-C leaves nothing behind either.
    private void closeQuietly() {
        try {
            close();
        } catch (Exception e) {
            LOG.warn("Not everything of the bench could be ended", e);
        }
    }

    private void startHaproxy(Path folder, Path identity, Origin origin, BulkServer bulk) throws Exception {
        Optional<Path> program = Tools.find("haproxy");
        if (program.isEmpty()) {
            say("HAProxy is not installed: measuring without it");
            return;
        }
        contenders.add(opened(HaproxyPair.start(program.get(), folder, identity, origin.address(), bulk.address()))
                .contender());
    }
}
