package io.hikyaku.kubernetes.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.hikyaku.kubernetes.mcs.McsApi;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class ServerSideApplyTest {
    /// Also in the midst of a service whose first objects it has written.
    @Test
    void oneThatDoesNotLeadWritesNothing() {
        // Given
        try (KubernetesClient nowhere =
                new KubernetesClientBuilder().withConfig(Config.empty()).build()) {
            ClusterCache cache = new ClusterCache(nowhere, McsApi.V1BETA1, List.of(), service -> {}, namespace -> {});
            ServerSideApply writer = new ServerSideApply(nowhere, cache, "one", () -> false);
            Service service = new ServiceBuilder()
                    .withNewMetadata()
                    .withNamespace("shop")
                    .withName("web")
                    .endMetadata()
                    .build();

            // When, then
            assertThrows(CancellationException.class, () -> writer.apply(service));
            assertThrows(CancellationException.class, () -> writer.applyStatus(service));
            assertThrows(CancellationException.class, () -> writer.delete(service));
            assertThrows(CancellationException.class, () -> writer.warn(service, "Reason", "message"));
            assertEquals(0, writer.writes.sum());
        }
    }
}
