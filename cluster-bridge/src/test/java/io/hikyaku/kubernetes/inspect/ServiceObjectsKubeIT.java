package io.hikyaku.kubernetes.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.kubernetes.KubeCluster;
import io.hikyaku.kubernetes.inspect.ServiceObjects.Form;
import io.hikyaku.kubernetes.inspect.ServiceObjects.Kind;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.dataformat.yaml.YAMLMapper;

@Tag("patient")
@Timeout(180)
class ServiceObjectsKubeIT {
    private static KubeCluster cluster;

    @BeforeAll
    static void startKubernetes() throws Exception {
        cluster = KubeCluster.shared("mcs");
    }

    @Test
    void exportsAndImportsOfANamespaceAreShown() throws Exception {
        // Given
        String namespace = cluster.namespace();
        String before = text(namespace, Kind.IMPORTS, Form.TABLE, false);
        cluster.apply("""
                apiVersion: v1
                kind: Service
                metadata: {name: orders, namespace: %1$s}
                spec: {ports: [{port: 80, appProtocol: http}]}
                ---
                apiVersion: multicluster.x-k8s.io/v1beta1
                kind: ServiceExport
                metadata: {name: orders, namespace: %1$s}
                ---
                apiVersion: multicluster.x-k8s.io/v1beta1
                kind: ServiceImport
                metadata: {name: stock, namespace: %1$s}
                spec: {type: ClusterSetIP, ips: [10.96.0.77], ports: [{port: 81}]}
                """.formatted(namespace));

        // When
        String exports = text(namespace, Kind.EXPORTS, Form.TABLE, false);
        String imports = text("default", Kind.IMPORTS, Form.WIDE, true);
        String yaml = text(namespace, Kind.IMPORTS, Form.YAML, false);
        String json = text(namespace, Kind.EXPORTS, Form.JSON, false);

        // Then
        assertEquals("none in namespace " + namespace + "\n", before);
        assertTrue(exports.lines().toList().get(1).matches(namespace + " +orders +80/http +- +- +-"), exports);
        assertTrue(
                imports.lines().anyMatch(line -> line.matches(namespace + " .* 10\\.96\\.0\\.77 +81/TCP .*")), imports);
        assertEquals(
                "stock",
                new YAMLMapper().readTree(yaml).at("/items/0/metadata/name").asString());
        assertTrue(json.contains("\"kind\" : \"List\""), json);
    }

    private static String text(String namespace, Kind kind, Form form, boolean everywhere) throws Exception {
        return ServiceObjects.text(
                new KubeTarget(Optional.of(cluster.kubeconfig()), Optional.empty(), Optional.of(namespace)),
                kind,
                form,
                everywhere,
                "test");
    }
}
