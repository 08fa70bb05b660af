package io.hikyaku.kubernetes.cleanup;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.hikyaku.kubernetes.client.ClientBounds;
import io.hikyaku.kubernetes.client.CommandClient;
import io.hikyaku.kubernetes.inspect.KubeTarget;
import io.hikyaku.kubernetes.lease.BridgeLease;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/// Deletes what the bridges of a cluster made: EndpointSlices and Services of imported services, then
/// ServiceImports, as bridges do it themselves, and last of all the Lease that keeps bridges from writing meanwhile.
public final class Cleanup {
    private static final String NAMESPACE = "hikyaku";

    /// What to do.
    ///
    /// @param target the cluster, and the namespace that the bridge was in (default: hikyaku)
    /// @param namespaces whose services the bridge carried; none: all
    /// @param patience how long a bridge that ends may take to let go of the Lease
    /// @param dryRun whether only to say what would be deleted
    public record Order(KubeTarget target, List<String> namespaces, Duration patience, boolean dryRun) {
        public Order {
            namespaces = List.copyOf(namespaces);
        }
    }

    private final KubernetesClient client;
    private final Order order;
    private final String namespace;
    private final Consumer<String> say;

    private Cleanup(KubernetesClient client, Order order, Consumer<String> say) {
        this.client = client;
        this.order = order;
        namespace = order.target().namespace().orElse(NAMESPACE);
        this.say = say;
    }

    /// @param version of this program
    /// @param say takes lines for people, one at a time: each object that is deleted, and what is left and why
    /// @return whether nothing is left
    /// @throws IOException if a bridge still runs, in which case nothing was deleted, or if the API server does not
    ///     answer
    public static boolean run(Order order, String version, Consumer<String> say)
            throws IOException, InterruptedException {
        try (CommandClient opened = CommandClient.open(order.target().server(), ClientBounds.DEFAULT, version)) {
            Cleanup cleanup = new Cleanup(opened.client(), order, say);
            return order.dryRun() ? cleanup.look() : cleanup.run();
        } catch (KubernetesClientException failed) {
            throw new IOException("the API server refused, or did not answer: " + failed.getMessage(), failed);
        }
    }

    private boolean look() throws IOException, InterruptedException {
        try (Sweep sweep = new Sweep(client, order.namespaces(), say)) {
            sweep.look();
            sweep.report();
            return sweep.left() == 0;
        }
    }

    private boolean run() throws IOException, InterruptedException {
        BridgeLease lease = new BridgeLease(client, namespace, "cleanup_" + UUID.randomUUID());
        LivingBridges bridges =
                new LivingBridges(client, namespace, order.namespaces().isEmpty());
        try (HeldLease held = HeldLease.take(lease, bridges, order.patience(), say);
                Sweep sweep = new Sweep(client, order.namespaces(), say)) {
            sweep.run(held::keep);
            sweep.report();
            boolean whole = held.delete();
            return whole && sweep.left() == 0;
        }
    }
}
