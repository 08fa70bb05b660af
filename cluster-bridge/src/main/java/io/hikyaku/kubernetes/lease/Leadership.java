package io.hikyaku.kubernetes.lease;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Which of the cluster's bridges writes to Kubernetes: the one that holds the Lease. A leader that cannot renew it
/// stops writing before another one may begin, and tries to have it again for as long as it runs. For any thread.
public final class Leadership {
    static final Duration TRY_EVERY = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final BridgeLease lease;
    private final Runnable onLeading;
    private final ScheduledExecutorService thread;
    private volatile boolean leads;
    private volatile long renewed;
    private volatile boolean ended;
    private String said = "";

    /// @param lease for this alone
    /// @param onLeading told whenever this bridge becomes the leader, on a thread that it may not block for long
    public Leadership(BridgeLease lease, Runnable onLeading) {
        this.lease = lease;
        this.onLeading = onLeading;
        thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("kubernetes-leader").factory());
    }

    /// Whether this bridge may write now: the Lease may be its own still, and not be renewed for too long.
    public boolean leads() {
        return leads && !ended && System.nanoTime() - renewed < BridgeLease.RENEW_WITHIN.toNanos();
    }

    public void start() {
        thread.scheduleWithFixedDelay(this::turn, 0, TRY_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Asks for the Lease at once, since its holder may be gone.
    public void ask() {
        try {
            thread.execute(this::turn);
        } catch (RejectedExecutionException closed) {
            LOG.trace("nobody leads any more");
        }
    }

    private void turn() {
        if (ended) {
            return;
        }
        long asked = System.nanoTime();
        try {
            if (lease.renewOrTake()) {
                boolean lasted = leads();
                renewed = asked;
                begin(lasted);
            } else {
                lose();
            }
            said = "";
        } catch (KubernetesClientException failed) {
            if (!leads()) {
                lose();
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
        if (!led && !ended) {
            LOG.info("this bridge leads: it writes what Kubernetes is told about the mesh");
            onLeading.run();
        }
    }

    private void lose() {
        if (leads) {
            LOG.info("this bridge leads no longer");
        }
        leads = false;
    }

    private void complain(KubernetesClientException failed) {
        String why = failed.getCode() == HttpURLConnection.HTTP_FORBIDDEN
                ? "this bridge may not use the Lease " + lease.name() + ", and so writes nothing to Kubernetes: "
                : "the Lease " + lease.name() + " cannot be had: ";
        String text = why + failed.getMessage();
        LOG.atLevel(text.equals(said) ? Level.DEBUG : Level.WARN).log(text);
        said = text;
    }

    /// This bridge leads no more and never will again. It still has the Lease, so that what it is writing just now
    /// is written before anybody else begins.
    public void end() {
        ended = true;
    }

    /// Gives the Lease up, also one that is just being taken, so that another bridge need not wait for its end.
    public void close() throws InterruptedException {
        end();
        try {
            thread.execute(this::release);
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
            lease.release();
        } catch (KubernetesClientException failed) {
            LOG.info("the Lease could not be given up; it ends by itself: {}", failed.getMessage());
        }
    }
}
