package io.hikyaku.kubernetes.lease;

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
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The Lease, as one of those sees it who may hold it. Whether it has expired is judged by how long it has not changed,
/// not by the clocks of other nodes. What the API server refuses is thrown as [KubernetesClientException]. For one
/// thread at a time.
public final class BridgeLease {
    /// Its name, in the namespace of the bridge.
    public static final String NAME = "hikyaku-bridge";
    /// Whoever has not renewed it for as long as this must not write any more: some time before others may take it.
    public static final Duration RENEW_WITHIN = Duration.ofSeconds(10);

    static final Duration LASTS = Duration.ofSeconds(15);

    private final KubernetesClient client;
    private final String namespace;
    private final String identity;
    private final Predicate<String> isGone;
    private String holder = "";
    private boolean touched;
    private @Nullable String seen;
    private long seenSince;

    /// @param namespace of the bridge
    /// @param identity of whoever may hold it, among all that may
    public BridgeLease(KubernetesClient client, String namespace, String identity) {
        this(client, namespace, identity, holder -> false);
    }

    /// @param isGone whether it is known of a holder that it renews the Lease no more, so that its end need not be
    ///     waited for; asked by whoever wants to take it
    public BridgeLease(KubernetesClient client, String namespace, String identity, Predicate<String> isGone) {
        this.client = client;
        this.namespace = namespace;
        this.identity = identity;
        this.isGone = isGone;
    }

    /// For people.
    public String name() {
        return namespace + "/" + NAME;
    }

    /// Who held it when it was last looked at; empty: nobody.
    public String holder() {
        return holder;
    }

    /// Whether nobody else holds it now. Asking often enough is what an expiry is noticed by.
    public boolean isFree() {
        Lease now = get();
        return now == null || isFree(spec(now));
    }

    /// @return whether the Lease is ours now
    public boolean renewOrTake() {
        Lease now = get();
        try {
            if (now == null) {
                touched = true;
                client.resource(fresh()).create();
                return true;
            }
            LeaseSpec spec = spec(now);
            if (!isFree(spec)) {
                touched = false;
                return false;
            }
            touched = true;
            client.resource(taken(now, spec)).update();
            return true;
        } catch (KubernetesClientException refused) {
            if (refused.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return false; // another one was faster
            }
            throw refused;
        }
    }

    /// Gives it up, if it is or may be ours, so that the next one need not wait for its end.
    public void release() {
        Lease now = touched ? get() : null;
        if (now != null && identity.equals(spec(now).getHolderIdentity())) {
            client.resource(now.edit()
                            .editSpec()
                            .withHolderIdentity(null)
                            .withLeaseDurationSeconds(1)
                            .endSpec()
                            .build())
                    .update();
        }
        touched = false;
    }

    /// Deletes it, if it is ours.
    ///
    /// @return whether it is not there any more
    public boolean delete() {
        Lease now = get();
        if (now == null) {
            return true;
        }
        if (!identity.equals(spec(now).getHolderIdentity())) {
            return false;
        }
        try {
            client.resource(now)
                    .lockResourceVersion(now.getMetadata().getResourceVersion())
                    .delete();
        } catch (KubernetesClientException refused) {
            if (refused.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw refused;
            }
        }
        touched = false;
        return true;
    }

    private @Nullable Lease get() {
        Lease now = client.leases().inNamespace(namespace).withName(NAME).get();
        holder = now == null ? "" : Objects.requireNonNullElse(spec(now).getHolderIdentity(), "");
        return now;
    }

    private static LeaseSpec spec(Lease lease) {
        return Objects.requireNonNullElseGet(lease.getSpec(), LeaseSpec::new);
    }

    private boolean isFree(LeaseSpec spec) {
        String by = spec.getHolderIdentity();
        if (by == null || by.isEmpty() || by.equals(identity) || isGone.test(by)) {
            return true;
        }
        String state = by + spec.getRenewTime();
        if (!state.equals(seen)) {
            seen = state;
            seenSince = System.nanoTime();
        }
        long lasts = Objects.requireNonNullElse(spec.getLeaseDurationSeconds(), (int) LASTS.toSeconds());
        return System.nanoTime() - seenSince >= TimeUnit.SECONDS.toNanos(lasts);
    }

    private Lease fresh() {
        ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        return new LeaseBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(NAME)
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity(identity)
                .withLeaseDurationSeconds((int) LASTS.toSeconds())
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
                .withLeaseDurationSeconds((int) LASTS.toSeconds())
                .withAcquireTime(renewal ? spec.getAcquireTime() : now)
                .withRenewTime(now)
                .withLeaseTransitions(Objects.requireNonNullElse(spec.getLeaseTransitions(), 0) + (renewal ? 0 : 1))
                .endSpec()
                .build();
    }
}
