package io.hikyaku.kubernetes.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

class ServiceObjectsTest {
    @Test
    void exportsShowTheirPortsAndWhatIsNotAsItShouldBe() {
        // Given
        JsonNode orders = yaml("""
                metadata: {namespace: shop, name: orders}
                status:
                  conditions:
                    - {type: Valid, status: "True", reason: Valid, message: fine}
                    - {type: Ready, status: "True", reason: Exported, message: told}
                    - {type: Conflict, status: "True", reason: PortConflict, message: "osaka\\e[31m differs"}
                """);
        JsonNode none = yaml("metadata: {namespace: shop, name: none}");
        JsonNode service =
                yaml("spec: {ports: [{port: 80, appProtocol: http}, {port: 53, protocol: UDP}, {port: 6379}]}");

        // When
        String table = ServiceObjects.exports(List.of(orders, none), Map.of("shop/orders", service), true);

        // Then
        assertEquals("""
                NAMESPACE  NAME    PORTS                    VALID  READY  CONFLICT           MESSAGES
                shop       orders  80/http,53/UDP,6379/TCP  True   True   True/PortConflict  fine; told; osaka?[31m differs
                shop       none    -                        -      -      -                  -
                """, table);
    }

    @Test
    void importsShowTheirAddressAndClusters() {
        // Given
        JsonNode orders = yaml("""
                metadata:
                  namespace: shop
                  name: orders
                  annotations:
                    multicluster.kubernetes.io/derived-service: derived-0
                    hikyaku.io/listeners: 80=20001
                spec: {type: ClusterSetIP, ips: [10.96.0.7], ports: [{port: 80, appProtocol: http}]}
                status:
                  clusters: [{cluster: osaka}, {cluster: edge}]
                  conditions: [{type: Ready, status: "False", reason: Pending, message: no port is free}]
                """);

        // When
        String table = ServiceObjects.imports(List.of(orders), false);
        String wide = ServiceObjects.imports(List.of(orders), true);

        // Then
        assertEquals("""
                NAMESPACE  NAME    TYPE          IP         PORTS    CLUSTERS    READY
                shop       orders  ClusterSetIP  10.96.0.7  80/http  osaka,edge  False/Pending
                """, table);
        assertEquals(
                "shop       orders  ClusterSetIP  10.96.0.7  80/http  osaka,edge  False/Pending  derived-0  80=20001   no"
                        + " port is free",
                wide.lines().toList().get(1));
    }

    private static JsonNode yaml(String text) {
        return new YAMLMapper().readTree(text);
    }
}
