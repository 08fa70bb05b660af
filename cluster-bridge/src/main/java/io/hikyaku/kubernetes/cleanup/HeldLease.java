package io.hikyaku.kubernetes.cleanup;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.hikyaku.kubernetes.lease.BridgeLease;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The Lease of the bridges while a cleanup has it, so that none of them puts back what is deleted. For any thread.
final class HeldLease implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HeldLease.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);
    private static final Duration RENEW_EVERY = Duration.ofSeconds(2);

    private final BridgeLease lease;
    private final Consumer<String> say;
    private long renewed;
    private boolean over;

    private HeldLease(BridgeLease lease, Consumer<String> say, long renewed) {
        this.lease = lease;
        this.say = say;
        this.renewed = renewed;
    }

    /// Waits for bridges that end.
    ///
    /// @throws IOException if one still runs after that time, or the Lease cannot be had at all
    static HeldLease take(BridgeLease lease, LivingBridges bridges, Duration patience, Consumer<String> say)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        String said = "";
        while (true) {
            String trouble;
            try {
                long asked = System.nanoTime();
                Optional<String> living = bridges.any();
                boolean free = lease.isFree();
                if (living.isEmpty() && free && lease.renewOrTake()) {
                    return new HeldLease(lease, say, asked);
                }
                trouble = living.map(pod -> "the bridge in pod " + pod + " runs")
                        .orElseGet(() -> "the Lease " + lease.name() + " is held by " + lease.holder());
            } catch (KubernetesClientException failed) {
                trouble = trouble(lease, failed);
            }
            if (System.nanoTime() - end >= 0) {
                throw new IOException("nothing was deleted: after " + patience.toSeconds() + " s " + trouble
                        + ", and a bridge that runs would make it all again; end it first, or wait longer (--wait)");
            }
            if (!trouble.equals(said)) {
                say.accept("waiting: " + trouble);
                said = trouble;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN.toMillis());
        }
    }

    /// @throws IOException if there is no use in asking again
    private static String trouble(BridgeLease lease, KubernetesClientException failed) throws IOException {
        String name = "the Lease " + lease.name();
        switch (failed.getCode()) {
            case HttpURLConnection.HTTP_FORBIDDEN, HttpURLConnection.HTTP_UNAUTHORIZED ->
                throw new IOException("nothing was deleted: " + name + " may not be used", failed);
            case HttpURLConnection.HTTP_NOT_FOUND ->
                throw new IOException(
                        "nothing was deleted: there is no namespace for " + name
                                + "; name the bridge's with --namespace, or make it again for a moment",
                        failed);
            default -> {
                return name + " cannot be had: " + failed.getMessage();
            }
        }
    }

    /// To be called before each write.
    ///
    /// @throws IOException if somebody else has the Lease now, or may have it
    synchronized void keep() throws IOException {
        long now = System.nanoTime();
        if (now - renewed < RENEW_EVERY.toNanos()) {
            return;
        }
        try {
            if (!lease.renewOrTake()) {
                throw new IOException("stopped: " + lease.holder() + " has taken the Lease " + lease.name());
            }
            renewed = now;
        } catch (KubernetesClientException failed) {
            if (System.nanoTime() - renewed >= BridgeLease.RENEW_WITHIN.toNanos()) {
                throw new IOException("stopped: the Lease " + lease.name() + " cannot be renewed", failed);
            }
        }
    }

    /// All else is done.
    ///
    /// @return whether it is not there any more
    synchronized boolean delete() throws IOException {
        try {
            over = lease.delete();
            say.accept((over ? "deleted" : "left, as it has been taken meanwhile:") + " Lease " + lease.name());
            return over;
        } catch (KubernetesClientException refused) {
            say.accept("left: Lease " + lease.name() + ": " + refused.getMessage());
            return false;
        }
    }

    /// Gives it up, if it has not been deleted.
    @Override
    public synchronized void close() {
        if (over) {
            return;
        }
        try {
            lease.release();
        } catch (KubernetesClientException failed) {
            LOG.info("the Lease could not be given up; it ends by itself: {}", failed.getMessage());
        }
    }
}
