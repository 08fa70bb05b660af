package io.hikyaku.kubernetes.control;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.hikyaku.call.Workloads;
import io.hikyaku.config.kubernetes.KubernetesConfig;
import io.hikyaku.discovery.ServiceSource;
import io.hikyaku.kubernetes.client.ApiServer;
import io.hikyaku.kubernetes.client.ApiServerClient;
import io.hikyaku.kubernetes.client.ClientBounds;
import io.hikyaku.kubernetes.merge.MeshExports;
import io.hikyaku.kubernetes.pods.PodWorkloads;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The bridge's Kubernetes side: ServiceExports become exports, and what the mesh exports becomes ServiceImports and
/// listeners for them.
public final class KubernetesSource implements ServiceSource {
    private static final Logger LOG = LoggerFactory.getLogger(KubernetesSource.class);
    private static final Duration AGAIN = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String cluster;
    private final KubernetesConfig config;
    private final Vertx vertx;
    private final KubernetesClient client;
    private final MeshState mesh = new MeshState(System::nanoTime);
    private final PodWorkloads workloads;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread starter;
    private volatile @Nullable Sink sink;
    private volatile @Nullable Controller controller;
    private volatile Runnable whenInPlace = () -> {};
    private volatile String trouble = "Kubernetes has not been read yet";

    private KubernetesSource(String cluster, KubernetesConfig config, Vertx vertx, KubernetesClient client) {
        this.vertx = vertx;
        this.cluster = cluster;
        this.config = config;
        this.client = client;
        workloads = new PodWorkloads(client, config.namespaces());
        starter = Thread.ofPlatform().daemon().name("kubernetes-start").unstarted(this::begin);
    }

    /// @param cluster the bridge's, as it is configured
    /// @throws IOException if it cannot be known where the API server is, or who this bridge is there
    public static KubernetesSource open(String cluster, KubernetesConfig config, String version) throws IOException {
        ApiServer server = config.kubeconfig().isPresent()
                ? new ApiServer.Kubeconfig(config.kubeconfig().get(), config.context())
                : ApiServer.PodAccount.of(System.getenv());
        Vertx vertx = eventLoop();
        try {
            return new KubernetesSource(
                    cluster, config, vertx, ApiServerClient.open(server, ClientBounds.DEFAULT, vertx, version));
        } catch (IOException | RuntimeException unusable) {
            vertx.close();
            throw unusable;
        }
    }

    /// One event loop for the API server alone: reading the lists of a large cluster takes seconds, and must not
    /// keep calls waiting.
    private static Vertx eventLoop() {
        return Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setMaxEventLoopExecuteTime(PATIENCE.toNanos())
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false)));
    }

    @Override
    public String name() {
        return "kubernetes";
    }

    @Override
    public void start(Sink to) {
        sink = to;
        workloads.start();
        starter.start();
    }

    /// Tries until the API server has been read once; then the controller goes on by itself.
    private void begin() {
        String said = "";
        while (closed.getCount() > 0) {
            Controller made = null;
            try {
                made = Controller.make(cluster, config, client, mesh, Objects.requireNonNull(sink));
                controller = made;
                if (closed.getCount() == 0) {
                    return;
                }
                made.start();
                whenInPlace.run();
                return;
            } catch (InterruptedException closing) {
                Thread.currentThread().interrupt();
                return;
            } catch (Exception failed) {
                controller = null;
                if (made != null) {
                    made.abandon();
                }
                trouble = "Kubernetes cannot be read: " + failed.getMessage();
                if (!trouble.equals(said)) {
                    said = trouble;
                    LOG.warn("{}; trying again", trouble);
                }
            }
            await();
        }
    }

    private void await() {
        try {
            closed.await(AGAIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            closed.countDown();
        }
    }

    /// Runs the task once what Kubernetes has is in place: it brings about a call of [#onMesh] that knows of it.
    public void whenInPlace(Runnable task) {
        whenInPlace = task;
    }

    /// The registry says this now.
    ///
    /// @param connected whether this bridge has any link to the mesh
    public void onMesh(MeshExports exports, boolean connected) {
        Controller to = controller;
        MeshState.Change change = mesh.update(exports, connected);
        if (to != null) {
            to.onMesh(change);
        }
    }

    /// The pods of this cluster, by their addresses.
    public Workloads workloads() {
        return workloads;
    }

    /// Why services of Kubernetes are not in place yet; empty: they are.
    public Optional<String> notReady() {
        Controller at = controller;
        return at != null && at.isInPlace() ? Optional.empty() : Optional.of(trouble);
    }

    /// For status.
    public Optional<KubernetesState> state() {
        return Optional.ofNullable(controller).map(Controller::state);
    }

    @Override
    public void close() throws InterruptedException {
        closed.countDown();
        starter.interrupt();
        starter.join(PATIENCE);
        Controller at = controller;
        if (at != null) {
            at.close();
        }
        workloads.close();
        client.close();
        vertx.close();
    }
}
