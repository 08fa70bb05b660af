package io.hikyaku.bridge;

import io.hikyaku.bridge.services.Imports;
import io.hikyaku.bridge.services.OwnDocument;
import io.hikyaku.bridge.services.ServicesInPlace;
import io.hikyaku.bridge.shard.BridgeShard;
import io.hikyaku.bridge.shard.ExporterView;
import io.hikyaku.bridge.shard.ShardDispatcher;
import io.hikyaku.bridge.shard.ShardMaker;
import io.hikyaku.bridge.shard.Shards;
import io.hikyaku.call.CallContext;
import io.hikyaku.call.CallMetrics;
import io.hikyaku.call.ServicePort;
import io.hikyaku.call.Workloads;
import io.hikyaku.channel.ChannelCounters;
import io.hikyaku.config.BridgeConfig;
import io.hikyaku.config.KafkaLink;
import io.hikyaku.config.Subscribe;
import io.hikyaku.config.limits.BridgeLimits;
import io.hikyaku.config.value.HostPort;
import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.discovery.DiscoveredServices;
import io.hikyaku.discovery.Discovery;
import io.hikyaku.identity.IdentityException;
import io.hikyaku.identity.Member;
import io.hikyaku.kubernetes.control.KubernetesSource;
import io.hikyaku.kubernetes.merge.MeshExports;
import io.hikyaku.node.Grace;
import io.hikyaku.node.MeshNode;
import io.hikyaku.node.NodeSettings;
import io.hikyaku.registry.Directory;
import io.hikyaku.registry.DocumentMaker;
import io.hikyaku.registry.Publisher;
import io.hikyaku.registry.flood.FloodReceivers;
import io.hikyaku.registry.flood.RegistryFlood;
import io.hikyaku.service.Import;
import io.hikyaku.status.NodeStatus;
import io.hikyaku.stream.StreamCounters;
import io.hikyaku.stream.credit.MemoryBudget;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.NodeDocument;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A bridge that runs: a node of the mesh that exports services of its cluster and imports those of others.
public final class Bridge implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Bridge.class);
    private static final Duration SHARDS_CLOSE = Duration.ofSeconds(2);
    /// How long a stopping bridge goes on taking calls from bridges that have yet to hear of it.
    private static final Duration STILL_TAKING = Duration.ofMillis(500);

    private final BridgeConfig config;
    private final String version;
    private final CallMetrics metrics;
    private final MeshNode node;
    private final OwnDocument ownDocument;
    private final Directory directory;
    private final RegistryFlood flood;
    private final Publisher publisher;
    private final Shards shards;
    private final Imports imports;
    private final @Nullable KafkaSide kafka;
    private final @Nullable KubernetesSource kubernetes;
    private final ChannelCounters channelCounters = new ChannelCounters();
    private final StreamCounters streamCounters = new StreamCounters();
    private final MemoryBudget budget;
    private final ExporterViews views;
    private final Discovery discovery;
    private volatile boolean bound;
    private volatile boolean published;
    private volatile boolean draining;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Bridge(
            BridgeConfig config,
            MeshNode node,
            CallMetrics metrics,
            String version,
            @Nullable KubernetesSource source,
            Workloads workloads) {
        this.config = config;
        this.node = node;
        this.version = version;
        this.metrics = metrics;
        BridgeLimits limits = config.limits();
        budget = new MemoryBudget(limits.budget().bytes());
        directory = new Directory(
                node.node(),
                () -> node.identity().trust(),
                limits.registry(),
                node.control(),
                node.metrics().registry());
        CallContext calls = new CallContext(
                config.cluster(), limits.call(), limits.channel().handshakeTimeout(), metrics, budget, workloads);
        ownDocument = new OwnDocument(config, node);
        shards = new ShardMaker(config, node, calls, budget, channelCounters, streamCounters).make();
        imports = new Imports(node.loops(), calls, shards.all(), limits.drainTimeout());
        flood = node.floodInto(FloodReceivers.into(directory));
        kubernetes = source;
        kafka = config.kafka().map(this::kafkaSide).orElse(null);
        List<Publisher.Sink> sinks = kafka == null ? List.of(flood) : List.of(flood, kafka);
        publisher = new Publisher(
                this::document,
                new DocumentMaker(node.key()),
                sinks,
                limits.registry(),
                node.control(),
                new SecureRandom());
        BooleanSupplier directsWork = () -> kafka == null || !kafka.isDown();
        views = new ExporterViews(
                node, directory, () -> document(1, false), directsWork, shards, imports, this::onShown);
        if (kafka != null) {
            kafka.watch(views::showLater);
        }
        discovery = new Discovery(new ServicesInPlace(shards, imports, ownDocument, this::announce));
        directory.addListener(views);
        directory.watch(new LifeSigns(shards, kafka));
        node.router().attach(new ShardDispatcher(shards.all(), views::showLater));
        node.onRenewal(publisher::onChange);
        BridgeMeters.register(node.metrics().registry(), channelCounters, streamCounters, budget);
        if (source != null) {
            BridgeMeters.register(node.metrics().registry(), source);
        }
    }

    /// Starts a bridge, or leaves nothing behind.
    ///
    /// @param version shown in status
    /// @throws IdentityException if the identity cannot be used, or is not this cluster's
    /// @throws IOException if it is not possible to listen on an address
    public static Bridge start(BridgeConfig config, String version)
            throws IdentityException, IOException, InterruptedException {
        return start(config, version, Workloads.UNKNOWN);
    }

    /// Starts a bridge that knows who calls, or leaves nothing behind.
    ///
    /// @param version shown in status
    /// @param workloads of this cluster, which the bridge vouches for
    /// @throws IdentityException if the identity cannot be used, or is not this cluster's
    /// @throws IOException if it is not possible to listen on an address
    public static Bridge start(BridgeConfig config, String version, Workloads workloads)
            throws IdentityException, IOException, InterruptedException {
        BridgeLimits limits = config.limits();
        NodeSettings settings = new NodeSettings(
                config.mesh(),
                config.identity().directory(),
                !config.listen().isEmpty(),
                new HashSet<>(config.transit()),
                config.eventLoops(),
                limits.link(),
                limits.route(),
                limits.registry(),
                limits.drainTimeout());
        MeshNode node = MeshNode.of(settings, Member.Kind.CLUSTER, config.cluster());
        Bridge bridge = made(config, node, Observers.of(config, node, version), workloads, version);
        try {
            bridge.open();
            return bridge;
        } catch (IOException | InterruptedException | RuntimeException e) {
            bridge.close();
            throw e;
        }
    }

    private static Bridge made(
            BridgeConfig config, MeshNode node, CallMetrics metrics, Workloads workloads, String version)
            throws IOException {
        try {
            KubernetesSource source = config.kubernetes().isPresent()
                    ? KubernetesSource.open(
                            config.cluster(), config.kubernetes().get(), version)
                    : null;
            Workloads known = source == null
                    ? workloads
                    : address ->
                            workloads.at(address).or(() -> source.workloads().at(address));
            return new Bridge(config, node, metrics, version, source, known);
        } catch (IOException | RuntimeException e) {
            node.close();
            metrics.close();
            throw e;
        }
    }

    private void open() throws IOException, InterruptedException {
        if (config.admin().isPresent()) {
            HostPort admin = node.admin(config.admin().get().listen(), this::notReady, this::status);
            LOG.info("admin server at {}", admin);
        }
        discovery.replaceFile(new DiscoveredServices(config.exports(), config.imports()));
        node.listen(config.listen());
        bound = true;
        if (config.links().isEmpty()) {
            node.control().execute(directory::onSnapshotEnd); // a hub: others come to it
        }
        config.relays().forEach(node.links()::dial);
        KubernetesSource source = kubernetes;
        if (source != null) {
            source.whenInPlace(views::showLater);
            discovery.add(source);
        }
        discovery.whenComplete(this::publish); // whoever imports takes what is not exported for gone
        views.showLater();
        node.upkeep().start();
        LOG.info("bridge of cluster {} in mesh {} is node {}", config.cluster(), config.mesh(), node.node());
    }

    /// This process's address.
    public NodeId nodeId() {
        return node.node();
    }

    /// Where local programs find imported ports, with the ports actually bound.
    public Map<ServicePort, HostPort> imported() {
        Map<ServicePort, HostPort> addresses = new HashMap<>();
        imports.listening().forEach(listening -> addresses.put(listening.port(), listening.address()));
        return addresses;
    }

    /// Follows the file that the configuration was read from. Exports, imports and logging change with it; a
    /// file that changes anything else is refused.
    public void follow(Path file) {
        node.upkeep()
                .follow(file, config, BridgeConfig::read, BridgeReload.FREE, new BridgeReload(config.log(), discovery));
    }

    private void publish() {
        published = true;
        publisher.start();
        if (kafka != null) {
            kafka.announceThrough(publisher);
        }
        views.showLater();
    }

    private void announce(DiscoveredServices services) {
        subscribeTo(services.imports());
        if (published) {
            publisher.onChange();
            views.showLater();
        }
    }

    private void subscribeTo(List<Import> imported) {
        if (config.subscribe() == Subscribe.IMPORTS) {
            flood.subscribeTo(imported.stream()
                    .map(service -> service.service().toString())
                    .toList());
        }
    }

    /// Where links are accepted, with the ports actually bound.
    public List<LinkUrl> listening() {
        return node.listening();
    }

    /// What Kubernetes is to be told of; only once the registry is known, since what is missing there is taken for
    /// gone.
    private void onShown(Collection<NodeDocument> documents, Predicate<NodeId> reachable) {
        KubernetesSource source = kubernetes;
        if (source != null && directory.ready()) {
            boolean linked = node.links().status().stream().anyMatch(link -> link.link() != null)
                    || kafka != null && !kafka.isDown();
            source.onMesh(MeshExports.of(documents, document -> reachable.test(document.node())), linked);
        }
    }

    private KafkaSide kafkaSide(KafkaLink link) {
        return new KafkaSide(node, config.mesh(), config.cluster(), link, config.limits(), directory);
    }

    private NodeDocument document(long sequence, boolean leaving) {
        return ownDocument.document(sequence, leaving, kafka == null ? Optional.empty() : kafka.inbox());
    }

    // ---- status

    private Optional<String> notReady() {
        return missing().or(node.loops()::shortage);
    }

    private Optional<String> missing() {
        if (draining) {
            return Optional.of("draining");
        }
        if (!bound) {
            return Optional.of("not all listeners are bound");
        }
        if (!directory.ready()) {
            return Optional.of("no registry snapshot has been received yet");
        }
        if (kafka != null && config.relays().isEmpty() && !kafka.isAnnounced()) {
            return Optional.of("this bridge has not been announced over Kafka yet");
        }
        return kubernetes == null ? Optional.empty() : kubernetes.notReady();
    }

    private NodeStatus status() {
        ExporterView view = views.current();
        List<BridgeShard> all = shards.all();
        return new BridgeStatus(
                        node,
                        version,
                        directory,
                        view,
                        imports,
                        all,
                        streamCounters,
                        metrics,
                        kafka,
                        discovery,
                        kubernetes)
                .status(notReady().isEmpty(), node.upkeep().lifecycle(draining));
    }

    // ---- the end

    /// Stops as SIGTERM asks: begins no more calls and has other bridges send theirs elsewhere, and lets running
    /// calls end, for the drain timeout at most. Then closes.
    public void stop() throws InterruptedException {
        LOG.info("bridge of cluster {} drains", config.cluster());
        draining = true;
        node.upkeep().close();
        Grace grace = node.grace();
        closeSources(); // Kubernetes is not to be told that what this bridge withdraws is gone
        ownDocument.withdraw();
        publisher.onChange();
        imports.drain();
        BooleanSupplier moved = config.listen().isEmpty() ? () -> true : node.leaveRoutes();
        long heard = System.nanoTime() + STILL_TAKING.toNanos();
        grace.await(node.control(), () -> System.nanoTime() - heard >= 0);
        shards.all().forEach(shard -> shard.execute(() -> shard.exports().drain()));
        boolean ended = grace.await(node.control(), () -> isQuiet() && moved.getAsBoolean());
        LOG.info(ended ? "nothing runs any more" : "the time to end is over; what still runs is reset");
        close(grace);
    }

    private boolean isQuiet() {
        return streamCounters.open() == 0 && imports.openConnections() == 0;
    }

    /// Tells the others, ends all calls, and stops; within the drain timeout and a few seconds.
    @Override
    public void close() {
        close(node.grace());
    }

    private void closeSources() {
        try {
            discovery.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void close(Grace grace) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        bound = false;
        closeSources();
        CompletableFuture<Void> told = publisher.leave();
        imports.close();
        CountDownLatch ended = new CountDownLatch(shards.all().size());
        shards.all()
                .forEach(shard -> shard.execute(() -> {
                    shard.close();
                    ended.countDown();
                }));
        try {
            ended.await(SHARDS_CLOSE.toMillis(), TimeUnit.MILLISECONDS);
            told.get(SHARDS_CLOSE.toMillis(), TimeUnit.MILLISECONDS); // before the links end
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("The others were not told that this bridge leaves: {}", String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (kafka != null) {
            kafka.close();
        }
        directory.close();
        node.close(grace);
        metrics.close(); // after the last call has ended
    }
}
