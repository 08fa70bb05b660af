package io.hikyaku.kubernetes.control;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which of the cluster's bridges writes to Kubernetes: the one that holds a Lease. A leader that cannot renew it stops
/// writing before another one may begin.
final class Leadership {
    static final String LEASE = "hikyaku-bridge";

    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
    private static final Duration LEASE_TIME = Duration.ofSeconds(15);
    private static final Duration RENEW_WITHIN = Duration.ofSeconds(10);
    private static final Duration TRY_EVERY = Duration.ofSeconds(2);

    private final KubernetesClient client;
    private final String namespace;
    private final String identity;
    private final Runnable onLeading;
    private final ExecutorService thread;
    private @Nullable CompletableFuture<?> election;
    private volatile boolean leads;
    private volatile boolean closed;

    /// @param identity of this bridge among those of its cluster
    /// @param onLeading told whenever this bridge becomes the leader, on a thread that it may not block for long
    Leadership(KubernetesClient client, String namespace, String identity, Runnable onLeading) {
        this.client = client;
        this.namespace = namespace;
        this.identity = identity;
        this.onLeading = onLeading;
        thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("kubernetes-leader").factory());
    }

    boolean leads() {
        return leads;
    }

    synchronized void start() {
        if (closed) {
            return;
        }
        LeaderElector elector = new LeaderElector(
                client,
                new LeaderElectionConfigBuilder()
                        .withName(LEASE)
                        .withLeaseDuration(LEASE_TIME)
                        .withRenewDeadline(RENEW_WITHIN)
                        .withRetryPeriod(TRY_EVERY)
                        .withReleaseOnCancel(true)
                        .withLock(new LeaseLock(namespace, LEASE, identity))
                        .withLeaderCallbacks(new LeaderCallbacks(this::onStart, this::onStop, leader -> {}))
                        .build(),
                thread);
        CompletableFuture<?> running = elector.start();
        election = running;
        running.whenComplete((ended, failure) -> {
            if (!closed) {
                start(); // the Lease was lost; it may be had again
            }
        });
    }

    private void onStart() {
        LOG.info("this bridge leads: it writes what Kubernetes is told about the mesh");
        leads = true;
        onLeading.run();
    }

    private void onStop() {
        if (leads) {
            LOG.info("this bridge leads no longer");
        }
        leads = false;
    }

    /// Gives the Lease up.
    void close() {
        closed = true;
        CompletableFuture<?> running;
        synchronized (this) {
            running = election;
        }
        if (running != null) {
            running.cancel(true);
        }
        leads = false;
        thread.shutdown();
    }
}
