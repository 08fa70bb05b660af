package io.hikyaku.kubernetes.control;

import io.hikyaku.bridge.Bridge;
import io.hikyaku.config.BridgeConfig;
import io.hikyaku.config.RelayConfig;
import io.hikyaku.identity.Member;
import io.hikyaku.identity.issue.Authority;
import io.hikyaku.relay.RelayNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;

/// A mesh inside this process: a relay, and bridges with a Kubernetes cluster each. [#close] ends what still runs, the
/// last started first. For one thread.
final class KubeMesh implements AutoCloseable {
    /// Where pods reach bridges, as EndpointSlices say it: nobody is there.
    static final String BRIDGES = "10.9.8.7";

    private static final Duration VALID = Duration.ofDays(1);

    private final Path folder;
    private final String name = "mesh-" + UUID.randomUUID();
    private final Authority authority;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final String relay;
    private int files;

    /// @param folder for certificates and configuration, of the test's
    KubeMesh(Path folder) throws Exception {
        this.folder = Files.createTempDirectory(folder, "mesh-");
        authority = Authority.init(name, this.folder.resolve("ca"), InstantSource.system());
        RelayNode started = RelayNode.start(
                RelayConfig.read(file("""
                mesh: %s
                identity: { directory: "%s" }
                listen: [ "tls://127.0.0.1:0" ]
                eventLoops: 1
                """.formatted(name, identity(Member.relay(name, "r1"))))), "test");
        parts.push(started);
        relay = started.listening().getFirst().toString();
    }

    /// Starts a bridge, which is not ready yet.
    ///
    /// @param kubeconfig of its cluster
    /// @param listen a loopback address that no other bridge has
    /// @param more entries of `kubernetes`, each behind a comma
    Bridge bridge(String cluster, Path kubeconfig, String listen, String more) throws Exception {
        return bridge(cluster, relay, kubeconfig, "default", listen, more);
    }

    /// Where the relay accepts links.
    String relay() {
        return relay;
    }

    /// @param over the relay, or what leads to it
    /// @param namespace of the bridge's own objects
    Bridge bridge(String cluster, String over, Path kubeconfig, String namespace, String listen, String more)
            throws Exception {
        Bridge bridge = Bridge.start(
                BridgeConfig.read(file("""
                mesh: %s
                cluster: %s
                identity: { directory: "%s" }
                eventLoops: 1
                links: [ { relay: "%s" } ]
                limits: { drainTimeout: 1s }
                kubernetes: { kubeconfig: "%s", namespace: %s, addresses: [ "%s" ], listen: "%s"%s }
                """.formatted(
                                name,
                                cluster,
                                identity(Member.cluster(name, cluster)),
                                over,
                                kubeconfig,
                                namespace,
                                BRIDGES,
                                listen,
                                more))),
                "test");
        parts.push(bridge);
        return bridge;
    }

    private Path identity(Member member) throws Exception {
        Path directory = folder.resolve(member.kind().path() + "-" + member.name());
        if (!Files.exists(directory)) {
            authority.issue(member, directory, VALID);
        }
        return directory;
    }

    private Path file(String yaml) throws Exception {
        return Files.writeString(folder.resolve("program-" + ++files + ".yaml"), yaml);
    }

    @Override
    public void close() throws Exception {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }
}
