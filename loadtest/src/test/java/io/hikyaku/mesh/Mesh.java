package io.hikyaku.mesh;

import io.hikyaku.bridge.Bridge;
import io.hikyaku.call.ServicePort;
import io.hikyaku.call.Workloads;
import io.hikyaku.config.BridgeConfig;
import io.hikyaku.config.RelayConfig;
import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.identity.IdentityException;
import io.hikyaku.identity.Member;
import io.hikyaku.identity.issue.Authority;
import io.hikyaku.kafka.KafkaTopics;
import io.hikyaku.kafka.prepare.KafkaPrepare;
import io.hikyaku.lab.Broker;
import io.hikyaku.lab.Ports;
import io.hikyaku.loop.Await;
import io.hikyaku.relay.RelayNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/// A mesh inside this process: an authority, and relays and bridges read from configuration files as the programs are.
/// [#close] ends what still runs, the last started first. For one thread.
final class Mesh implements AutoCloseable {
    private static final Duration VALID = Duration.ofDays(1);
    private static final String VERSION = "test";

    private final Path folder;
    private final String name;
    private final Authority authority;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private int files;

    /// @param folder for certificates and configuration, of the test's
    Mesh(Path folder) throws IOException, IdentityException {
        this(folder, "mesh-" + UUID.randomUUID());
    }

    Mesh(Path folder, String name) throws IOException, IdentityException {
        this.folder = Files.createTempDirectory(folder, "mesh-");
        this.name = name;
        authority = Authority.init(name, this.folder.resolve("ca"), InstantSource.system());
    }

    String name() {
        return name;
    }

    /// The folder with the member's certificate and key, made when first asked for.
    Path identity(Member member) throws IOException, IdentityException {
        Path directory = folder.resolve(member.kind().path() + "-" + member.name());
        if (!Files.exists(directory)) {
            authority.issue(member, directory, VALID);
        }
        return directory;
    }

    /// Gives a member a new certificate, for a new key. For a moment its folder holds what does not fit together.
    void renew(Member member, Duration valid) throws IOException, IdentityException {
        Path directory = identity(member);
        Files.delete(directory.resolve("tls.key"));
        authority.issue(member, directory, valid);
    }

    Path clusterIdentity(String cluster) throws IOException, IdentityException {
        return identity(Member.cluster(name, cluster));
    }

    /// @param more lines of its configuration, `listen` among them
    MeshRelay relay(String relay, String more) throws Exception {
        int admin = Ports.free();
        Path file = file("""
                mesh: %s
                identity: { directory: "%s" }
                admin: { listen: "127.0.0.1:%d" }
                eventLoops: 2
                """.formatted(name, identity(Member.relay(name, relay)), admin) + more);
        RelayNode started = RelayNode.start(RelayConfig.read(file), VERSION);
        return closedAtTheEnd(new MeshRelay(new Admin(admin), started));
    }

    /// A relay that accepts links at a free port.
    ///
    /// @param scheme `tls` or `wss`
    MeshRelay relayAt(String relay, String scheme) throws Exception {
        return relay(
                relay, "listen: [ \"%s://127.0.0.1:0%s\" ]\n".formatted(scheme, scheme.equals("wss") ? "/link" : ""));
    }

    /// @param more lines of its configuration: links, exports, imports
    MeshBridge bridge(String cluster, String more) throws Exception {
        return bridge(cluster, clusterIdentity(cluster), more);
    }

    /// @param identity another folder than the cluster's own
    MeshBridge bridge(String cluster, Path identity, String more) throws Exception {
        return bridge(cluster, identity, more, Workloads.UNKNOWN);
    }

    /// @param workloads that the bridge vouches for
    MeshBridge bridge(String cluster, String more, Workloads workloads) throws Exception {
        return bridge(cluster, clusterIdentity(cluster), more, workloads);
    }

    private MeshBridge bridge(String cluster, Path identity, String more, Workloads workloads) throws Exception {
        int admin = Ports.free();
        Path file = bridgeFile(cluster, identity, admin, more);
        Bridge started = Bridge.start(BridgeConfig.read(file), VERSION, workloads);
        started.follow(file);
        return closedAtTheEnd(new MeshBridge(new Admin(admin), started, file));
    }

    /// Writes a bridge's configuration without starting it.
    Path bridgeFile(String cluster, Path identity, int admin, String more) throws IOException {
        return file("""
                mesh: %s
                cluster: %s
                identity: { directory: "%s" }
                admin: { listen: "127.0.0.1:%d" }
                eventLoops: 2
                """.formatted(name, cluster, identity, admin) + more);
    }

    private Path file(String yaml) throws IOException {
        return Files.writeString(folder.resolve("program-" + ++files + ".yaml"), yaml);
    }

    /// Makes the topics of clusters on a broker.
    void prepareKafka(Broker broker, String... clusters) {
        try (KafkaPrepare prepare = new KafkaPrepare(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            prepare.prepare(new KafkaTopics(name), List.of(clusters), 2, 1);
        }
    }

    /// `links` of a bridge that dials relays.
    static String linksTo(String... urls) {
        StringBuilder yaml = new StringBuilder("links:\n");
        for (String url : urls) {
            yaml.append("  - relay: \"").append(url).append("\"\n");
        }
        return yaml.toString();
    }

    /// One more entry of `links`.
    static String linkTo(Broker broker) {
        return "  - kafka: { bootstrapServers: \"" + broker.bootstrapServers() + "\" }\n";
    }

    /// `exports` of a bridge: services at port 80 with the targets' ports.
    static String exports(String protocol, Map<String, Integer> targets) {
        StringBuilder yaml = new StringBuilder("exports:\n");
        targets.forEach(
                (service, target) -> yaml.append(("  - { service: %s, ports: [ { name: main, port: 80, protocol: %s, "
                                + "target: \"127.0.0.1:%d\" } ] }\n")
                        .formatted(service, protocol, target)));
        return yaml.toString();
    }

    /// `imports` of a bridge: services at port 80.
    ///
    /// @param protocol `http` or `tcp`; empty to learn it from the exporter
    static String imports(String protocol, String... services) {
        StringBuilder yaml = new StringBuilder("imports:\n");
        for (String service : services) {
            yaml.append("  - { service: %s, ports: [ { port: 80, listen: \"127.0.0.1:0\"%s } ] }\n"
                    .formatted(service, protocol.isEmpty() ? "" : ", protocol: " + protocol));
        }
        return yaml.toString();
    }

    /// Takes part in [#close].
    <T extends AutoCloseable> T closedAtTheEnd(T part) {
        parts.push(part);
        return part;
    }

    @Override
    public void close() throws Exception {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }

    /// A relay that runs here.
    record MeshRelay(Admin admin, RelayNode node) implements AutoCloseable {
        /// Where it accepts links.
        String url() {
            return node.listening().getFirst().toString();
        }

        @Override
        public void close() {
            node.close();
        }
    }

    /// A bridge that runs here.
    record MeshBridge(Admin admin, Bridge node, Path file) implements AutoCloseable {
        private static final int OWN_LINES = 5;

        /// Writes other lines into its configuration file, in place of those that it was started with.
        void change(String more) throws IOException {
            List<String> own = Files.readAllLines(file).subList(0, OWN_LINES);
            Files.writeString(file, String.join("\n", own) + "\n" + more);
        }

        /// Opens a connection to an imported service's port 80.
        Talk to(String service) throws IOException {
            return Talk.with(port(service, 80));
        }

        /// Calls an imported HTTP service on a connection of its own.
        Talk.Answer get(String service, String path) throws IOException {
            try (Talk caller = to(service)) {
                return caller.get(path);
            }
        }

        /// Waits until calls of an imported HTTP service succeed.
        void awaitAnswer(String service) throws Exception {
            Await.until(service + " answers", () -> get(service, "/name").status() == 200);
        }

        /// Where local programs find an imported port.
        int port(String service, int port) {
            return Objects.requireNonNull(node.imported().get(new ServicePort(service, port)))
                    .port();
        }

        /// Where it accepts links.
        String url() {
            LinkUrl url = node.listening().getFirst();
            return url.toString();
        }

        @Override
        public void close() {
            node.close();
        }
    }
}
