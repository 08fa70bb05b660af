package io.hikyaku.relay;

import io.hikyaku.config.HostPort;
import io.hikyaku.config.LinkUrl;
import io.hikyaku.config.RelayConfig;
import io.hikyaku.identity.Identity;
import io.hikyaku.identity.IdentityException;
import io.hikyaku.identity.InstanceKey;
import io.hikyaku.link.EventLoops;
import io.hikyaku.link.LinkIdentity;
import io.hikyaku.link.LinkSettings;
import io.hikyaku.link.Links;
import io.hikyaku.node.AdminServer;
import io.hikyaku.node.Metrics;
import io.hikyaku.registry.RegistryFlood;
import io.hikyaku.route.ControlLoop;
import io.hikyaku.route.Router;
import io.hikyaku.status.NodeStatus;
import io.hikyaku.wire.NodeId;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A relay that runs: accepts links, dials its peers, and passes packets on.
public final class RelayNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RelayNode.class);
    private static final long BIND_SECONDS = 10;
    private static final Duration CLOSING = Duration.ofSeconds(2);

    private final RelayConfig config;
    private final Identity identity;
    private final InstanceKey key = InstanceKey.generate();
    private final EventLoops loops;
    private final EventExecutor control = new DefaultEventExecutor(new DefaultThreadFactory("control", true));
    private final Metrics metrics = new Metrics();
    private final Router router;
    private final RegistryFlood registry;
    private final ReachableNodes reachable = new ReachableNodes();
    private final Links links;
    private final List<LinkUrl> listening = new CopyOnWriteArrayList<>();
    private final String version;
    private final long startNanos = System.nanoTime();
    private volatile boolean bound;
    private @Nullable AdminServer admin;
    private @Nullable HostPort adminAddress;

    private RelayNode(RelayConfig config, Identity identity, String version) {
        this.config = config;
        this.identity = identity;
        this.version = version;
        this.loops = EventLoops.start(config.eventLoops());
        ControlLoop controlLoop = ControlLoop.on(control);
        this.router = new Router(
                key.nodeId(), true, loops.count(), config.limits().route(), controlLoop, metrics.registry());
        this.registry = new RegistryFlood(
                key.nodeId(),
                true,
                config.limits().registry(),
                controlLoop,
                RegistryFlood.Receiver.none(),
                metrics.registry());
        router.attach(reachable);
        router.attach(registry);
        this.links = new Links(
                loops,
                LinkIdentity.of(identity, key, true, new HashSet<>(config.transit())),
                LinkSettings.of(config.limits().link(), config.limits().route()),
                metrics.registry(),
                router);
    }

    /// Starts a relay, or leaves nothing behind.
    ///
    /// @param version shown in status
    /// @throws IdentityException if the identity cannot be used, or is not a relay's of this mesh
    /// @throws IOException if an address cannot be listened at
    public static RelayNode start(RelayConfig config, String version)
            throws IdentityException, IOException, InterruptedException {
        Identity identity = Identity.load(config.identity().directory(), InstantSource.system());
        requireRelay(config, identity);
        identity.warnings().forEach(LOG::warn);
        RelayNode node = new RelayNode(config, identity, version);
        try {
            node.open();
            return node;
        } catch (IOException | InterruptedException | RuntimeException e) {
            node.close();
            throw e;
        }
    }

    /// This process's address.
    public NodeId node() {
        return key.nodeId();
    }

    /// Where links are accepted, with the ports that were really bound.
    public List<LinkUrl> listening() {
        return List.copyOf(listening);
    }

    /// Where the admin server answers, if there is one.
    public Optional<HostPort> admin() {
        return Optional.ofNullable(adminAddress);
    }

    /// Says goodbye to all neighbours and ends everything; takes the drain timeout and a few seconds at most.
    @Override
    public void close() {
        bound = false;
        quietly("links", links.stop(config.limits().drainTimeout()), config.limits().drainTimeout().plus(CLOSING));
        registry.close();
        router.close();
        if (admin != null) {
            quietly("admin server", admin.stop().toCompletionStage().toCompletableFuture(), CLOSING);
        }
        loops.close();
        control.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        metrics.close();
    }

    private void open() throws IOException, InterruptedException {
        if (config.admin().isPresent()) {
            HostPort wanted = config.admin().get().listen();
            AdminServer server = new AdminServer(
                    loops.vertx(),
                    metrics,
                    () -> bound ? Optional.empty() : Optional.of("not all listeners are bound"),
                    () -> status());
            admin = server;
            adminAddress = await(
                    "admin server", wanted.toString(), server.listen(wanted).toCompletionStage().toCompletableFuture());
        }
        for (LinkUrl url : config.listen()) {
            listening.add(await("links", url.toString(), links.listen(url)));
        }
        bound = true;
        config.peers().forEach(links::dial);
        LOG.info("relay {} of mesh {} is node {}", identity.member().name(), config.mesh(), node());
        LOG.info("listening at {}{}", listening, admin().map(address -> ", admin at " + address).orElse(""));
    }

    /// What the admin server tells; any thread.
    public NodeStatus status() {
        long uptimeSeconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos);
        return new NodeStatus(
                "relay",
                version,
                identity.member().mesh(),
                identity.member().uri(),
                node().toString(),
                uptimeSeconds,
                bound,
                listening.stream().map(LinkUrl::toString).toList(),
                RelayStatus.members(reachable.nodes(), router),
                RelayStatus.links(links.status()),
                List.of(),
                List.of(),
                List.of(),
                NodeStatus.Streams.NONE);
    }

    private static void requireRelay(RelayConfig config, Identity identity) throws IdentityException {
        List<String> problems = new ArrayList<>();
        if (!identity.member().isRelay()) {
            problems.add("the certificate is that of " + identity.member() + ", which is not a relay");
        }
        if (!identity.member().mesh().equals(config.mesh())) {
            problems.add("the certificate is of mesh " + identity.member().mesh() + ", the configuration of mesh "
                    + config.mesh());
        }
        if (!problems.isEmpty()) {
            throw new IdentityException(problems);
        }
    }

    private static <T> T await(String what, String where, CompletableFuture<T> listening)
            throws IOException, InterruptedException {
        try {
            return listening.get(BIND_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException("cannot listen for " + what + " at " + where + ": " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new IOException("cannot listen for " + what + " at " + where + ": no answer", e);
        }
    }

    /// What comes after must end too.
    private static void quietly(String what, CompletableFuture<Void> stopping, Duration within) {
        try {
            stopping.get(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("{} did not stop cleanly: {}", what, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
