package io.hikyaku.kubernetes.control;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.hikyaku.config.kubernetes.KubernetesConfig;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.discovery.DiscoveredServices;
import io.hikyaku.discovery.ServiceSource.Sink;
import io.hikyaku.kubernetes.imports.ImportedListeners;
import io.hikyaku.kubernetes.imports.Ownership;
import io.hikyaku.kubernetes.lease.BridgeLease;
import io.hikyaku.kubernetes.lease.Leadership;
import io.hikyaku.kubernetes.mcs.ClusterProperties;
import io.hikyaku.kubernetes.mcs.McsApi;
import io.hikyaku.kubernetes.mcs.McsCrds;
import io.hikyaku.kubernetes.mcs.ServiceImport;
import io.hikyaku.kubernetes.merge.MeshExports;
import io.hikyaku.service.Import;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at one service at a time, whenever something that matters to it has changed: this bridge's exports and
/// listeners follow, and if it leads, the objects of the API server too.
final class Controller {
    private static final Logger LOG = LoggerFactory.getLogger(Controller.class);
    private static final Duration FIRST_READ = Duration.ofSeconds(30);
    private static final Duration DEBOUNCE = Duration.ofMillis(20);
    private static final Duration TICK = Duration.ofSeconds(1);

    private final McsApi api;
    private final KubernetesConfig config;
    private final String cluster;
    private final MeshState mesh;
    private final Sink sink;
    private final Clock clock = Clock.systemUTC();
    private final ClusterCache cache;
    private final BridgePods pods;
    private final ServerSideApply writer;
    private final ExportControl exports;
    private final ImportControl imports;
    private final Leadership leadership;
    private final WorkQueue queue = new WorkQueue(this::work);
    private final ScheduledExecutorService offers;
    private final Map<ServiceName, List<Import>> listeners = new ConcurrentHashMap<>();
    private final AtomicBoolean dirty = new AtomicBoolean();
    private volatile boolean inPlace;
    private volatile boolean meshFollowed;
    private List<String> down = List.of();

    private Controller(
            McsApi api, KubernetesClient client, KubernetesConfig config, String cluster, MeshState mesh, Sink sink) {
        this.cluster = cluster;
        this.api = api;
        this.config = config;
        this.mesh = mesh;
        this.sink = sink;
        String namespace = config.namespace()
                .or(() -> Optional.ofNullable(client.getNamespace()))
                .orElse("default");
        String identity = BridgePods.newIdentity();
        cache = new ClusterCache(client, api, config.namespaces(), queue::add, this::addAllOf);
        pods = config.service()
                .map(service -> BridgePods.of(client, namespace, service, this::onPods))
                .orElseGet(() -> BridgePods.at(config.addresses()));
        writer = new ServerSideApply(client, cache, identity, this::mayWrite);
        exports = new ExportControl(cache);
        imports = new ImportControl(api, client, config, cache, mesh, pods, writer, clock);
        Predicate<String> isGone = holder -> pods.isGone(holder, identity);
        leadership = new Leadership(new BridgeLease(client, namespace, identity, isGone), () -> {
            imports.forget();
            addAll();
        });
        offers = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("kubernetes-offers").factory());
    }

    /// Makes sure that the API server knows what it is asked about.
    ///
    /// @throws IOException if it does not
    static Controller make(String cluster, KubernetesConfig config, KubernetesClient client, MeshState mesh, Sink sink)
            throws IOException, InterruptedException {
        Optional<String> named = ClusterProperties.cluster(client);
        if (named.isPresent() && !named.get().equals(cluster)) {
            throw new IOException("this cluster's ClusterProperty " + ClusterProperties.CLUSTER + " is \"" + named.get()
                    + "\", but the bridge is configured as cluster \"" + cluster + "\"");
        }
        McsCrds.Outcome definitions = McsCrds.ensure(client, config.crds(), FIRST_READ);
        definitions.findings().forEach(LOG::warn);
        McsApi api = McsApi.served(client)
                .orElseThrow(() -> new IOException("the API server does not know ServiceExport and ServiceImport"));
        return new Controller(api, client, config, cluster, mesh, sink);
    }

    /// Reads all that there is, puts it in place, and goes on from there.
    void start() throws InterruptedException, IOException {
        try {
            cache.start().get(FIRST_READ.toMillis(), TimeUnit.MILLISECONDS);
            pods.start().get(FIRST_READ.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            throw new IOException(String.valueOf(failed.getCause()), failed);
        } catch (TimeoutException slow) {
            throw new IOException("the API server did not answer within " + FIRST_READ.toSeconds() + " s", slow);
        }
        names().forEach(this::lookAt);
        offer();
        inPlace = true;
        cache.whenAllowed(this::addAll);
        addAll();
        follow();
        leadership.start();
        offers.scheduleWithFixedDelay(this::tick, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    boolean isInPlace() {
        return inPlace;
    }

    /// The registry has changed.
    void onMesh(MeshState.Change change) {
        if (follow()) {
            return;
        }
        if (change.clusters()) {
            addAll();
        } else {
            change.services().forEach(queue::add);
        }
    }

    /// Before the registry tells of this cluster's own exports, what it does not tell of is not gone.
    ///
    /// @return whether it does so for the first time
    private synchronized boolean follow() {
        MeshExports now = mesh.exports();
        boolean first = inPlace
                && !meshFollowed
                && mesh.isKnown()
                && exports.all().stream().allMatch(export -> now.exports(cluster, export.service()));
        if (first) {
            meshFollowed = true;
            addAll();
        }
        return first;
    }

    private Stream<ServiceName> names() {
        Stream<ServiceName> objects = Stream.of(cache.exports.all(), cache.imports.all())
                .flatMap(all -> all)
                .flatMap(object -> ClusterCache.name(object).stream());
        Stream<ServiceName> ours = Stream.of(cache.services.all(), cache.slices.all())
                .flatMap(all -> all)
                .flatMap(object -> Ownership.importOf(object).stream());
        Stream<ServiceName> abroad = mesh.exports().services();
        return Stream.of(objects, ours, abroad).flatMap(all -> all).distinct();
    }

    private void addAll() {
        names().forEach(queue::add);
    }

    /// Pods of this cluster's bridges came, went, or became ready or not, and the one that leads may be among them.
    private void onPods() {
        if (inPlace) {
            leadership.ask();
        }
        addAllImported();
    }

    private void addAllImported() {
        cache.imports
                .all()
                .flatMap(object -> ClusterCache.name(object).stream())
                .forEach(queue::add);
    }

    private void addAllOf(String namespace) {
        mesh.exports()
                .services()
                .filter(service -> service.namespace().equals(namespace))
                .forEach(queue::add);
    }

    private void work(ServiceName service) throws Exception {
        if (!inPlace) {
            return; // all of them are looked at then
        }
        if (lookAt(service)) {
            offerSoon();
        }
        if (leadership.leads() && meshFollowed) {
            lead(service);
        }
    }

    /// @return whether this bridge has to do something else than before
    private boolean lookAt(ServiceName service) {
        boolean exported = exports.look(service);
        ServiceImport object = cache.serviceImport(service);
        List<Import> now = object == null ? List.of() : ImportedListeners.of(object, config.listen());
        List<Import> before = now.isEmpty() ? listeners.remove(service) : listeners.put(service, now);
        return exported || !now.equals(Objects.requireNonNullElse(before, List.of()));
    }

    private void lead(ServiceName service) {
        try {
            imports.bring(service).ifPresent(wait -> queue.addLater(service, wait));
        } finally { // whatever becomes of the import, the ServiceExport says what is so
            exports.report(service, api, mesh, writer, clock);
        }
    }

    private boolean mayWrite() {
        return leadership.leads();
    }

    private void offerSoon() {
        if (dirty.compareAndSet(false, true)) {
            offers.schedule(this::offerAgain, DEBOUNCE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void offerAgain() {
        try {
            offer();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException mistake) {
            LOG.error("Services of Kubernetes could not be put in place", mistake);
        }
    }

    private void offer() throws InterruptedException {
        dirty.set(false);
        List<Import> imports = listeners.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .flatMap(entry -> entry.getValue().stream())
                .toList();
        sink.offer(new DiscoveredServices(exports.all(), imports));
    }

    /// Clusters that have been out of reach for long enough are told to Kubernetes, and those that are back.
    private void tick() {
        try {
            List<String> now = mesh.down();
            if (!now.equals(down)) {
                down = now;
                addAll();
            }
            follow();
            cache.tellWhetherWatching();
        } catch (RuntimeException mistake) {
            LOG.error("Looking after Kubernetes failed", mistake);
        }
    }

    KubernetesState state() {
        return new KubernetesState(
                cache.isWatching(),
                leadership.leads(),
                exports.all().size(),
                listeners.size(),
                queue.size(),
                queue.failing(),
                writer.writes.sum());
    }

    /// It could not start.
    void abandon() {
        cache.stop();
        pods.stop();
        offers.shutdownNow();
    }

    /// Begins no write any more, lets those under way end, and only then gives the Lease up: whoever takes it next,
    /// be it to delete all that this bridge made, finds nobody who still writes.
    void close() throws InterruptedException {
        leadership.end();
        queue.close();
        leadership.close();
        abandon();
    }
}
