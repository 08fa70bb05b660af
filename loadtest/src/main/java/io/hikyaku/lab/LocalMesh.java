package io.hikyaku.lab;

import io.hikyaku.identity.IdentityException;
import io.hikyaku.identity.Member;
import io.hikyaku.identity.issue.Authority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// A mesh on this machine: an authority, and relays and bridges as processes of their own, all on loopback, with
/// everything they need in one folder. [#close] ends the processes and deletes the folder.
public final class LocalMesh implements AutoCloseable {
    private static final Duration VALID = Duration.ofDays(1);
    private static final Duration START = Duration.ofSeconds(120);

    /// A service port that a bridge exports.
    ///
    /// @param protocol `http` or `tcp`
    /// @param target `host:port`
    public record Export(String service, int port, String protocol, String target) {}

    /// A service port that a bridge imports.
    ///
    /// @param listenPort on 127.0.0.1
    public record Import(String service, int port, int listenPort) {}

    private final Path folder;
    private final String mesh;
    private final Authority authority;
    private final List<String> under;
    private final List<String> jvmOptions;
    private final List<Program> programs = new ArrayList<>();

    private LocalMesh(Path folder, String mesh, List<String> under, List<String> jvmOptions)
            throws IOException, IdentityException {
        this.folder = folder;
        this.mesh = mesh;
        this.under = under;
        this.jvmOptions = jvmOptions;
        authority = Authority.init(mesh, folder.resolve("ca"), InstantSource.system());
    }

    /// @param mesh its name
    /// @param jvmOptions for every relay and bridge
    public static LocalMesh open(String mesh, List<String> jvmOptions) throws IOException, IdentityException {
        return open(mesh, List.of(), jvmOptions);
    }

    /// The most file descriptors that its programs may have.
    public static LocalMesh withDescriptors(int limit, String mesh, List<String> jvmOptions)
            throws IOException, IdentityException {
        return open(mesh, List.of("sh", "-c", "ulimit -n " + limit + "; exec \"$@\"", "sh"), jvmOptions);
    }

    /// @param under a command that becomes each of its programs, which follow it as arguments
    public static LocalMesh open(String mesh, List<String> under, List<String> jvmOptions)
            throws IOException, IdentityException {
        Path folder = Files.createTempDirectory("hikyaku-" + mesh + "-");
        return new LocalMesh(folder, mesh, under, jvmOptions);
    }

    public Path folder() {
        return folder;
    }

    public String mesh() {
        return mesh;
    }

    /// The folder with a cluster's certificate and key, made when first asked for.
    public Path clusterIdentity(String cluster) throws IOException, IdentityException {
        return identity(Member.cluster(mesh, cluster), "cluster-" + cluster);
    }

    /// Starts a relay and waits until it is ready.
    ///
    /// @param listen URLs to listen at
    /// @param peers URLs of other relays
    public Program relay(String name, List<String> listen, List<String> peers) throws Exception {
        Path identity = identity(Member.relay(mesh, name), "relay-" + name);
        int admin = Ports.free();
        String config = "mesh: " + mesh + "\n"
                + "identity: { directory: " + quoted(identity.toString()) + " }\n"
                + "listen: " + list(listen) + "\n"
                + (peers.isEmpty() ? "" : "peers: " + list(peers) + "\n")
                + "admin: { listen: \"127.0.0.1:" + admin + "\" }\n";
        return start("relay", name, config, admin);
    }

    /// Starts a bridge and waits until it is ready.
    ///
    /// @param name of the process, different for each instance of a cluster
    /// @param links entries of its `links`, as YAML flow mappings
    /// @param more further lines of its configuration, possibly empty
    public Program bridge(
            String name, String cluster, List<String> links, List<Export> exports, List<Import> imports, String more)
            throws Exception {
        int admin = Ports.free();
        StringBuilder config = new StringBuilder();
        config.append("mesh: ")
                .append(mesh)
                .append("\ncluster: ")
                .append(cluster)
                .append('\n');
        config.append("identity: { directory: ")
                .append(quoted(clusterIdentity(cluster).toString()))
                .append(" }\n");
        if (!links.isEmpty()) {
            config.append("links:\n");
            links.forEach(link -> config.append("  - ").append(link).append('\n'));
        }
        if (!exports.isEmpty()) {
            config.append("exports:\n");
            exports.forEach(export -> config.append(("  - { service: %s, ports: [ { name: p%d, port: %d, protocol: %s, "
                            + "target: \"%s\" } ] }\n")
                    .formatted(export.service(), export.port(), export.port(), export.protocol(), export.target())));
        }
        if (!imports.isEmpty()) {
            config.append("imports:\n");
            imports.forEach(
                    port -> config.append("  - { service: %s, ports: [ { port: %d, listen: \"127.0.0.1:%d\" } ] }\n"
                            .formatted(port.service(), port.port(), port.listenPort())));
        }
        config.append("admin: { listen: \"127.0.0.1:")
                .append(admin)
                .append("\" }\n")
                .append(more);
        return start("bridge", name, config.toString(), admin);
    }

    /// Link to a relay, for [#bridge].
    public static String relayLink(String url) {
        return "relay: " + quoted(url);
    }

    /// Link over Kafka without encryption or login, for [#bridge].
    public static String kafkaLink(String bootstrapServers) {
        return "kafka: { bootstrapServers: " + quoted(bootstrapServers) + " }";
    }

    private Program start(String kind, String name, String config, int admin) throws Exception {
        Path file = folder.resolve(name + ".yaml");
        Files.writeString(file, config);
        Program program = Program.start(
                name,
                folder.resolve(name + ".log"),
                admin,
                under,
                jvmOptions,
                List.of(kind, "--config", file.toString()));
        programs.add(program);
        program.awaitReady(START);
        return program;
    }

    private Path identity(Member member, String name) throws IOException, IdentityException {
        Path directory = folder.resolve(name);
        if (!Files.exists(directory)) {
            authority.issue(member, directory, VALID);
        }
        return directory;
    }

    private static String list(List<String> texts) {
        return texts.stream().map(LocalMesh::quoted).collect(Collectors.joining(", ", "[ ", " ]"));
    }

    private static String quoted(String text) {
        return '"' + text + '"';
    }

    @Override
    public void close() throws IOException {
        programs.forEach(Program::askToStop);
        programs.forEach(Program::close);
        programs.clear();
        TemporaryFolder.delete(folder);
    }
}
