package io.hikyaku.kubernetes.pods;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import io.hikyaku.wire.call.Workload;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PodAddressesTest {
    private final PodAddresses pods = new PodAddresses();

    private static Pod pod(String name, String phase, boolean hostNetwork, String... ips) {
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName(name)
                .withUid("uid-" + name)
                .withResourceVersion("7")
                .addToLabels("app", "web")
                .endMetadata()
                .withNewSpec()
                .withServiceAccountName("buyer")
                .withHostNetwork(hostNetwork)
                .endSpec()
                .withNewStatus()
                .withPhase(phase)
                .withPodIPs(Stream.of(ips).map(PodIP::new).toList())
                .endStatus()
                .build();
        return SlimPods.slim(pod);
    }

    private static Pod running(String name, String... ips) {
        return pod(name, "Running", false, ips);
    }

    private String at(String address) {
        Optional<Workload> found = pods.at(InetAddress.ofLiteral(address));
        return found.map(Workload::pod).orElse("");
    }

    @Test
    void aPodIsFoundAtAllOfItsAddresses() {
        // When
        pods.onAdd(running("web-1", "10.0.0.7", "fd00::7"));

        // Then
        assertEquals(Optional.of(new Workload("shop", "buyer", "web-1")), pods.at(InetAddress.ofLiteral("10.0.0.7")));
        assertEquals("web-1", at("fd00::7"));
        assertEquals("", at("10.0.0.8"));
    }

    @Test
    void anAddressThatHasGoneToAnotherPodIsTheOthers() {
        // Given
        pods.onAdd(running("old", "10.0.0.7"));
        pods.onAdd(running("new", "10.0.0.7"));

        // When
        pods.onDelete(running("old", "10.0.0.7"), false);

        // Then
        assertEquals("new", at("10.0.0.7"));
    }

    @Test
    void aPodThatEndsLeavesItsAddress() {
        // Given
        pods.onAdd(running("job", "10.0.0.7"));

        // When
        pods.onUpdate(running("job", "10.0.0.7"), pod("job", "Succeeded", false, "10.0.0.7"));

        // Then
        assertEquals("", at("10.0.0.7"));
        assertEquals(0, pods.size());
    }

    @Test
    void aPodIsFollowedToAnotherAddress() {
        // Given
        pods.onAdd(running("web", "10.0.0.7"));

        // When
        pods.onUpdate(running("web", "10.0.0.7"), running("web", "10.0.0.8"));

        // Then
        assertEquals(List.of("", "web"), List.of(at("10.0.0.7"), at("10.0.0.8")));
    }

    @Test
    void aPodOnItsNodesNetworkIsNotToldApart() {
        // When
        pods.onAdd(pod("agent", "Running", true, "192.0.2.7"));

        // Then
        assertEquals("", at("192.0.2.7"));
    }
}
