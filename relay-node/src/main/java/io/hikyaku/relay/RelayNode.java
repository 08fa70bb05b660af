package io.hikyaku.relay;

import io.hikyaku.config.RelayConfig;
import io.hikyaku.config.limits.RelayLimits;
import io.hikyaku.config.value.HostPort;
import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.identity.IdentityException;
import io.hikyaku.identity.Member;
import io.hikyaku.node.Grace;
import io.hikyaku.node.MeshNode;
import io.hikyaku.node.NodeSettings;
import io.hikyaku.node.log.Logging;
import io.hikyaku.registry.flood.FloodReceivers;
import io.hikyaku.status.NodeStatus;
import io.hikyaku.wire.NodeId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A relay that runs: accepts links, dials its peers, and passes on packets and documents, which it does not look into.
public final class RelayNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RelayNode.class);

    private final RelayConfig config;
    private final String version;
    private final MeshNode node;
    private final ReachableNodes reachable = new ReachableNodes();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean bound;
    private volatile boolean draining;
    private @Nullable HostPort admin;

    private RelayNode(RelayConfig config, MeshNode node, String version) {
        this.config = config;
        this.node = node;
        this.version = version;
    }

    /// Starts a relay, or leaves nothing behind.
    ///
    /// @param version shown in status
    /// @throws IdentityException if the identity cannot be used, or is not a relay's of this mesh
    /// @throws IOException if it is not possible to listen on an address
    public static RelayNode start(RelayConfig config, String version)
            throws IdentityException, IOException, InterruptedException {
        RelayLimits limits = config.limits();
        NodeSettings settings = new NodeSettings(
                config.mesh(),
                config.identity().directory(),
                true,
                new HashSet<>(config.transit()),
                config.eventLoops(),
                limits.link(),
                limits.route(),
                limits.registry(),
                limits.drainTimeout());
        RelayNode relay = new RelayNode(config, MeshNode.of(settings, Member.Kind.RELAY, null), version);
        try {
            relay.open();
            return relay;
        } catch (IOException | InterruptedException | RuntimeException e) {
            relay.close();
            throw e;
        }
    }

    private void open() throws IOException, InterruptedException {
        node.router().attach(reachable);
        node.floodInto(FloodReceivers.none());
        if (config.admin().isPresent()) {
            admin = node.admin(config.admin().get().listen(), this::missing, this::status);
        }
        node.listen(config.listen());
        bound = true;
        config.peers().forEach(node.links()::dial);
        node.upkeep().start();
        LOG.info("relay {} of mesh {} is node {}", node.identity().member().name(), config.mesh(), node());
        LOG.info(
                "listening at {}{}",
                listening(),
                admin().map(address -> ", admin at " + address).orElse(""));
    }

    private Optional<String> missing() {
        if (draining) {
            return Optional.of("draining");
        }
        return bound ? node.loops().shortage() : Optional.of("not all listeners are bound");
    }

    /// This process's address.
    public NodeId node() {
        return node.node();
    }

    /// Follows the file that the configuration was read from: logging changes with it, and nothing else may.
    public void follow(Path file) {
        node.upkeep()
                .follow(file, config, RelayConfig::read, Set.of("log"), changed -> Logging.configure(changed.log()));
    }

    /// Where links are accepted, with the ports actually bound.
    public List<LinkUrl> listening() {
        return node.listening();
    }

    /// Where the admin server answers, if there is one.
    public Optional<HostPort> admin() {
        return Optional.ofNullable(admin);
    }

    /// A relay verifies no documents, so it only knows the names of its neighbours, and neither services nor
    /// channels.
    private NodeStatus status() {
        return new NodeStatus(
                "relay",
                version,
                node.identity().member().mesh(),
                node.identity().member().uri(),
                node.node().toString(),
                node.uptimeSeconds(),
                missing().isEmpty(),
                listening().stream().map(LinkUrl::toString).toList(),
                reachable.members(node.router()),
                node.links().status().stream().map(MeshNode::linkStatus).toList(),
                List.of(),
                List.of(),
                List.of(),
                NodeStatus.Streams.NONE,
                node.upkeep().lifecycle(draining),
                List.of(),
                null,
                List.of());
    }

    /// Stops as SIGTERM asks: others first move their packets to another path, if they have one, and until they do
    /// theirs are passed on; for the drain timeout at most. Then closes.
    public void stop() throws InterruptedException {
        LOG.info("relay {} drains", node.identity().member().name());
        draining = true;
        node.upkeep().close();
        Grace grace = node.grace();
        boolean moved = grace.await(node.control(), node.leaveRoutes());
        LOG.info(moved ? "nobody needs this relay any more" : "the time to find another path is over");
        close(grace);
    }

    /// Says goodbye to all neighbours and ends everything; takes the drain timeout and a few seconds at most.
    @Override
    public void close() {
        close(node.grace());
    }

    private void close(Grace grace) {
        if (closed.compareAndSet(false, true)) {
            bound = false;
            node.close(grace);
        }
    }
}
