package io.hikyaku.node;

import io.hikyaku.config.value.HostPort;
import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.identity.Identity;
import io.hikyaku.identity.IdentityException;
import io.hikyaku.identity.InstanceKey;
import io.hikyaku.identity.Member;
import io.hikyaku.link.Link;
import io.hikyaku.link.LinkSettings;
import io.hikyaku.link.LinkStatus;
import io.hikyaku.link.dial.Links;
import io.hikyaku.link.session.LinkIdentity;
import io.hikyaku.loop.Guarded;
import io.hikyaku.loop.Loop;
import io.hikyaku.loop.NettyLoop;
import io.hikyaku.net.EventLoops;
import io.hikyaku.node.admin.AdminServer;
import io.hikyaku.node.admin.Metrics;
import io.hikyaku.node.admin.Readiness;
import io.hikyaku.node.admin.StatusSource;
import io.hikyaku.node.log.StandardError;
import io.hikyaku.node.reload.Upkeep;
import io.hikyaku.registry.flood.RegistryFlood;
import io.hikyaku.route.Router;
import io.hikyaku.status.NodeStatus;
import io.hikyaku.wire.NodeId;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What makes a process a node of a mesh, whether it has services or not: identity, event loops, links, routing and
/// flooding. Made by a program, which attaches its own parts, then listens and dials; ended once, by the same program.
public final class MeshNode {
    private static final Logger LOG = LoggerFactory.getLogger(MeshNode.class);
    private static final long BIND_SECONDS = 10;
    private static final Duration CLOSING = Duration.ofSeconds(2);
    private static final Duration MOVED_AWAY = Duration.ofSeconds(3);

    private final NodeSettings settings;
    private final InstanceKey key = InstanceKey.generate();
    private volatile LinkIdentity own;
    private final EventLoops loops;
    private final EventExecutor controlThread = new DefaultEventExecutor(new DefaultThreadFactory("control", true));
    private final Loop control;
    private final Metrics metrics = new Metrics();
    private final Router router;
    private final Links links;
    private final List<LinkUrl> listening = new ArrayList<>();
    private final Upkeep upkeep;
    private final List<Runnable> renewals = new CopyOnWriteArrayList<>();
    private final long startNanos = System.nanoTime();
    private final ControlPulse pulse;
    private @Nullable RegistryFlood flood;
    private @Nullable AdminServer admin;
    private @Nullable HostPort adminAddress;

    private MeshNode(NodeSettings settings, Identity identity) {
        this.settings = settings;
        own = LinkIdentity.of(identity, key, settings.forwards(), settings.transit());
        loops = EventLoops.start(settings.eventLoops());
        control = new NettyLoop("the control loop", controlThread, loops.vertx());
        pulse = new ControlPulse(controlThread, control);
        Guarded.bindTo(metrics.registry());
        loops.acceptLimiter().register(metrics.registry());
        StandardError.register(metrics.registry());
        router = new Router(
                key.nodeId(), settings.forwards(), loops.count(), settings.route(), control, metrics.registry());
        upkeep = new Upkeep(this::identity, metrics.registry());
        links = new Links(loops, own, LinkSettings.of(settings.link(), settings.route()), metrics.registry(), router);
    }

    /// Loads the identity and makes everything, without a socket yet.
    ///
    /// @param expected the member that the certificate must name
    /// @throws IdentityException if the identity cannot be used or is somebody else's
    public static MeshNode of(NodeSettings settings, Member.Kind expected, @Nullable String name)
            throws IdentityException {
        IdentityFolder files = new IdentityFolder(settings.identity(), settings.mesh(), expected, name);
        Identity identity = files.load();
        identity.warnings().forEach(LOG::warn);
        MeshNode node = new MeshNode(settings, identity);
        node.upkeep.follow(files, node::renew);
        return node;
    }

    public Identity identity() {
        return own.identity();
    }

    public InstanceKey key() {
        return key;
    }

    /// This process's address.
    public NodeId node() {
        return key.nodeId();
    }

    /// This node's statement, a compact JWS.
    public String statement() {
        return own.statement();
    }

    public EventLoops loops() {
        return loops;
    }

    /// Where everything happens that is not on a packet's path.
    public Loop control() {
        return control;
    }

    public Metrics metrics() {
        return metrics;
    }

    public Router router() {
        return router;
    }

    public Links links() {
        return links;
    }

    public long uptimeSeconds() {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos);
    }

    /// Floods the registry's documents over the links, and hands them to the receiver. Before listening and
    /// dialling.
    public RegistryFlood floodInto(RegistryFlood.Receiver receiver) {
        RegistryFlood made = new RegistryFlood(
                node(), settings.forwards(), settings.registry(), control, receiver, metrics.registry());
        router.attach(made);
        flood = made;
        return made;
    }

    /// Starts the admin server.
    ///
    /// @return the address actually bound
    public HostPort admin(HostPort address, Readiness readiness, StatusSource status)
            throws IOException, InterruptedException {
        AdminServer server = new AdminServer(loops.vertx(), metrics, pulse, readiness, status);
        admin = server;
        adminAddress = await(
                "the admin server at " + address,
                server.listen(address).toCompletionStage().toCompletableFuture());
        return adminAddress;
    }

    /// Accepts links.
    public void listen(List<LinkUrl> urls) throws IOException, InterruptedException {
        for (LinkUrl url : urls) {
            listening.add(await("links at " + url, links.listen(url)));
        }
    }

    /// What changes on disk while the program runs.
    public Upkeep upkeep() {
        return upkeep;
    }

    /// The identity was renewed: what is signed with it is to be signed anew. On the control loop.
    public void onRenewal(Runnable action) {
        renewals.add(action);
    }

    /// Links that are up keep what they have, and the address stays, since it comes from the instance key.
    private void renew(Identity renewed) {
        LinkIdentity next = LinkIdentity.of(renewed, key, settings.forwards(), settings.transit());
        control.execute(() -> {
            own = next;
            links.renew(next);
            renewals.forEach(Runnable::run);
        });
    }

    /// Where links are accepted, with the ports actually bound.
    public List<LinkUrl> listening() {
        return List.copyOf(listening);
    }

    /// A link as status shows it.
    public static NodeStatus.Link linkStatus(LinkStatus status) {
        Link link = status.link();
        long roundTrip = link == null ? -1 : link.roundTripMicros();
        return new NodeStatus.Link(
                status.name(),
                status.dialled(),
                link != null,
                link == null ? null : link.neighbour().node().toString(),
                link == null ? null : link.neighbour().member(),
                roundTrip < 0 ? null : roundTrip,
                link == null ? 0 : link.queuedBytes(),
                status.lastError());
    }

    /// Waits for something that listens to be bound.
    ///
    /// @param what for the error: "cannot listen for …"
    public static <T> T await(String what, CompletableFuture<T> binding) throws IOException, InterruptedException {
        try {
            return binding.get(BIND_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String why = cause instanceof UnresolvedAddressException ? "its host is unknown" : cause.getMessage();
            throw new IOException("cannot listen for " + what + ": " + why, cause);
        } catch (TimeoutException e) {
            throw new IOException("cannot listen for " + what + ": no answer", e);
        }
    }

    /// The time in which running work may end when the program is told to stop.
    public Grace grace() {
        return Grace.of(settings.drainTimeout());
    }

    /// Tells all others to send their packets over another node, if there is one.
    ///
    /// @return whether nobody has sent any for longer than a channel is ever silent by default, or there are no two
    ///     neighbours that could
    public BooleanSupplier leaveRoutes() {
        router.leave();
        QuiescenceCheck still = new QuiescenceCheck(router::forwardedPackets, MOVED_AWAY, control::nanos);
        return () -> still.getAsBoolean() || router.neighbours().size() < 2;
    }

    /// Says goodbye to all neighbours and ends everything; takes the drain timeout and a few seconds at most.
    public void close() {
        close(grace());
    }

    /// Says goodbye to all neighbours and ends everything, a few seconds after the grace at most.
    ///
    /// @param grace for what waits to be sent
    public void close(Grace grace) {
        upkeep.close();
        pulse.close();
        Duration drain = grace.left();
        quietly("links", () -> links.stop(drain), drain.plus(CLOSING));
        router.close();
        if (flood != null) {
            flood.close();
        }
        if (admin != null) {
            AdminServer server = admin;
            quietly("admin server", () -> server.stop().toCompletionStage().toCompletableFuture(), CLOSING);
        }
        loops.close();
        controlThread.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        metrics.close();
    }

    /// What comes after must end too.
    private static void quietly(String what, Supplier<CompletableFuture<Void>> stopping, Duration within) {
        try {
            stopping.get().get(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("{} did not stop cleanly: {}", what, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
