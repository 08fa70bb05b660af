package io.hikyaku.kubernetes.control;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Which of the cluster's bridges writes to Kubernetes: the one that holds a Lease. A leader that cannot renew it stops
/// writing before another one may begin, and tries to have it again for as long as it runs. Whether a Lease has expired
/// is judged by how long it has not changed, not by the clocks of other nodes.
final class Leadership {
    static final String LEASE = "hikyaku-bridge";
    static final Duration LEASE_TIME = Duration.ofSeconds(15);
    static final Duration RENEW_WITHIN = Duration.ofSeconds(10);
    static final Duration TRY_EVERY = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final KubernetesClient client;
    private final String namespace;
    private final String identity;
    private final Runnable onLeading;
    private final ScheduledExecutorService thread;
    private volatile boolean leads;
    private volatile long renewed;
    private String said = "";
    private @Nullable String seen;
    private long seenSince;

    /// @param identity of this bridge among those of its cluster
    /// @param onLeading told whenever this bridge becomes the leader, on a thread that it may not block for long
    Leadership(KubernetesClient client, String namespace, String identity, Runnable onLeading) {
        this.client = client;
        this.namespace = namespace;
        this.identity = identity;
        this.onLeading = onLeading;
        thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("kubernetes-leader").factory());
    }

    /// Whether this bridge may write now: the Lease may be its own still, and not be renewed for too long.
    boolean leads() {
        return leads && System.nanoTime() - renewed < RENEW_WITHIN.toNanos();
    }

    void start() {
        thread.scheduleWithFixedDelay(this::turn, 0, TRY_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void turn() {
        long asked = System.nanoTime();
        try {
            if (renewOrTake()) {
                boolean lasted = leads();
                renewed = asked;
                begin(lasted);
            } else {
                end();
            }
            said = "";
        } catch (KubernetesClientException failed) {
            if (!leads()) {
                end();
                complain(failed);
            }
        } catch (RuntimeException mistake) {
            LOG.error("Looking after the Lease failed", mistake);
        }
    }

    /// One that wrote without a break goes on; one that could not has to begin anew.
    private void begin(boolean lasted) {
        boolean led = leads && lasted;
        leads = true;
        if (!led) {
            LOG.info("this bridge leads: it writes what Kubernetes is told about the mesh");
            onLeading.run();
        }
    }

    private void end() {
        if (leads) {
            LOG.info("this bridge leads no longer");
        }
        leads = false;
    }

    private void complain(KubernetesClientException failed) {
        String why = failed.getCode() == HttpURLConnection.HTTP_FORBIDDEN
                ? "this bridge may not use the Lease " + namespace + "/" + LEASE
                        + ", and so writes nothing to Kubernetes: "
                : "the Lease " + namespace + "/" + LEASE + " cannot be had: ";
        String text = why + failed.getMessage();
        LOG.atLevel(text.equals(said) ? Level.DEBUG : Level.WARN).log(text);
        said = text;
    }

    /// @return whether the Lease is this bridge's now
    private boolean renewOrTake() {
        Lease now = client.leases().inNamespace(namespace).withName(LEASE).get();
        try {
            if (now == null) {
                client.resource(lease()).create();
                return true;
            }
            LeaseSpec spec = Objects.requireNonNullElseGet(now.getSpec(), LeaseSpec::new);
            if (!identity.equals(spec.getHolderIdentity()) && isHeld(spec)) {
                return false;
            }
            client.resource(taken(now, spec)).update();
            return true;
        } catch (KubernetesClientException refused) {
            if (refused.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return false; // another one was faster
            }
            throw refused;
        }
    }

    private boolean isHeld(LeaseSpec spec) {
        String holder = spec.getHolderIdentity();
        if (holder == null || holder.isEmpty()) {
            return false;
        }
        String state = holder + spec.getRenewTime();
        if (!state.equals(seen)) {
            seen = state;
            seenSince = System.nanoTime();
        }
        long lasts = Objects.requireNonNullElse(spec.getLeaseDurationSeconds(), (int) LEASE_TIME.toSeconds());
        return System.nanoTime() - seenSince < TimeUnit.SECONDS.toNanos(lasts);
    }

    private Lease lease() {
        ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        return new LeaseBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(LEASE)
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity(identity)
                .withLeaseDurationSeconds((int) LEASE_TIME.toSeconds())
                .withAcquireTime(now)
                .withRenewTime(now)
                .withLeaseTransitions(0)
                .endSpec()
                .build();
    }

    private Lease taken(Lease before, LeaseSpec spec) {
        ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        boolean renewal = identity.equals(spec.getHolderIdentity());
        return before.edit()
                .editOrNewSpec()
                .withHolderIdentity(identity)
                .withLeaseDurationSeconds((int) LEASE_TIME.toSeconds())
                .withAcquireTime(renewal ? spec.getAcquireTime() : now)
                .withRenewTime(now)
                .withLeaseTransitions(Objects.requireNonNullElse(spec.getLeaseTransitions(), 0) + (renewal ? 0 : 1))
                .endSpec()
                .build();
    }

    /// Gives the Lease up, so that another bridge need not wait for its end.
    void close() throws InterruptedException {
        boolean led = leads;
        leads = false;
        try {
            if (led) {
                thread.execute(this::release);
            }
        } catch (RejectedExecutionException closedBefore) {
            LOG.trace("closed twice");
        }
        thread.shutdown();
        if (!thread.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            thread.shutdownNow();
        }
    }

    private void release() {
        leads = false;
        try {
            Lease now = client.leases().inNamespace(namespace).withName(LEASE).get();
            if (now != null
                    && now.getSpec() != null
                    && identity.equals(now.getSpec().getHolderIdentity())) {
                client.resource(now.edit()
                                .editSpec()
                                .withHolderIdentity(null)
                                .withLeaseDurationSeconds(1)
                                .endSpec()
                                .build())
                        .update();
            }
        } catch (KubernetesClientException failed) {
            LOG.info("the Lease could not be given up; it ends by itself: {}", failed.getMessage());
        }
    }
}
