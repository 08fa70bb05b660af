package io.hikyaku.kubernetes.control;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.KubeCluster;
import io.hikyaku.kubernetes.imports.DerivedName;
import io.hikyaku.kubernetes.imports.Ownership;
import io.hikyaku.kubernetes.mcs.McsApi;
import io.hikyaku.kubernetes.mcs.McsCondition;
import io.hikyaku.kubernetes.mcs.ServiceExport;
import io.hikyaku.kubernetes.mcs.ServiceImport;
import io.hikyaku.loop.Await;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A Kubernetes cluster of a test's mesh, as its admin sees it.
final class KubeSide implements AutoCloseable {
    final KubernetesClient client;
    final McsApi api;

    private KubeSide(KubernetesClient client) {
        this.client = client;
        api = McsApi.served(client).orElse(McsApi.V1BETA1);
    }

    static KubeSide of(KubeCluster cluster, Vertx vertx) throws IOException {
        return new KubeSide(cluster.client(vertx));
    }

    Namespace namespace(String name) {
        return client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create();
    }

    /// Creates or replaces the objects in these documents.
    void apply(String yaml) {
        for (HasMetadata each : read(yaml)) {
            client.resource(each).forceConflicts().serverSideApply();
        }
    }

    void delete(String yaml) {
        read(yaml).forEach(each -> client.resource(each).delete());
    }

    private List<HasMetadata> read(String yaml) {
        return client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
                .items();
    }

    void export(ServiceName name) {
        export(name, "{}");
    }

    /// @param spec in YAML's flow style
    void export(ServiceName name, String spec) {
        apply("""
                apiVersion: %s
                kind: ServiceExport
                metadata: { namespace: %s, name: %s }
                spec: %s
                """.formatted(api.apiVersion(), name.namespace(), name.name(), spec));
    }

    void unexport(ServiceName name) {
        api.exports(client).inNamespace(name.namespace()).withName(name.name()).delete();
    }

    /// A Service without a selector, and where it leads.
    ///
    /// @param spec of the Service, in YAML's flow style
    /// @param endpoints of its one EndpointSlice, likewise
    /// @param ports of the slice, likewise
    void service(ServiceName name, String spec, String endpoints, String ports) {
        apply("""
                apiVersion: v1
                kind: Service
                metadata: { namespace: %1$s, name: %2$s }
                spec: %3$s
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  namespace: %1$s
                  name: %2$s-test
                  labels: { kubernetes.io/service-name: %2$s }
                addressType: IPv4
                endpoints: %4$s
                ports: %5$s
                """.formatted(name.namespace(), name.name(), spec, endpoints, ports));
    }

    /// One that offers HTTP at port 80.
    void web(ServiceName name, WebPod pod) {
        service(
                name,
                "{ ports: [ { name: http, port: 80 } ] }",
                "[ { addresses: [ %s ] } ]".formatted(pod.address()),
                "[ { name: http, port: %d } ]".formatted(pod.port()));
    }

    @Nullable
    ServiceImport imported(ServiceName name) {
        return api.imports(client)
                .inNamespace(name.namespace())
                .withName(name.name())
                .get();
    }

    ServiceImport present(ServiceName name) {
        return Objects.requireNonNull(imported(name));
    }

    void awaitImported(ServiceName name, String... clusters) {
        Await.until(
                name + " is imported from " + List.of(clusters),
                () -> importers(name).equals(List.of(clusters)));
    }

    /// The clusters that the status of the ServiceImport names.
    List<String> importers(ServiceName name) {
        ServiceImport object = imported(name);
        return object == null || object.getStatus() == null
                ? List.of()
                : object.getStatus().clusters().stream()
                        .map(one -> one.cluster())
                        .toList();
    }

    @Nullable
    Service derived(ServiceName name) {
        return client.services()
                .inNamespace(name.namespace())
                .withName(DerivedName.of(name))
                .get();
    }

    /// Of the imported service, by source cluster.
    Map<String, EndpointSlice> slices(ServiceName name) {
        return client
                .discovery()
                .v1()
                .endpointSlices()
                .inNamespace(name.namespace())
                .withLabel(Ownership.SERVICE_NAME, name.name())
                .list()
                .getItems()
                .stream()
                .collect(Collectors.toMap(
                        slice -> slice.getMetadata().getLabels().get(Ownership.SOURCE_CLUSTER),
                        slice -> slice,
                        (one, other) -> one,
                        TreeMap::new));
    }

    /// Whether the endpoints of a source cluster are ready.
    boolean isReady(ServiceName name, String cluster) {
        EndpointSlice slice = slices(name).get(cluster);
        return slice != null
                && !slice.getEndpoints().isEmpty()
                && slice.getEndpoints().stream()
                        .allMatch(one -> one.getConditions().getReady());
    }

    /// Where bridges listen for calls of a port to a source cluster.
    int listener(ServiceName name, String cluster, String port) {
        return slices(name).get(cluster).getPorts().stream()
                .filter(one -> one.getName().equals(port))
                .findFirst()
                .orElseThrow()
                .getPort();
    }

    /// What a ServiceExport says of itself, by the type of the condition.
    Map<String, McsCondition> conditions(ServiceName name) {
        ServiceExport object = api.exports(client)
                .inNamespace(name.namespace())
                .withName(name.name())
                .get();
        return object == null || object.getStatus() == null
                ? Map.of()
                : object.getStatus().conditions().stream()
                        .collect(Collectors.toMap(McsCondition::type, condition -> condition));
    }

    /// `status/reason` of a condition of a ServiceExport.
    String condition(ServiceName name, String type) {
        return Optional.ofNullable(conditions(name).get(type))
                .map(one -> one.status() + "/" + one.reason())
                .orElse("");
    }

    void awaitCondition(ServiceName name, String type, String wanted) {
        Await.until(
                type + " of " + name + " is " + wanted,
                () -> condition(name, type).equals(wanted));
    }

    /// The reasons of the Warnings about an object.
    List<String> warnings(ServiceName name) {
        try {
            return client.v1().events().inNamespace(name.namespace()).list().getItems().stream()
                    .filter(event -> event.getInvolvedObject().getName().equals(name.name()))
                    .map(event -> event.getReason())
                    .toList();
        } catch (KubernetesClientException gone) {
            return List.of();
        }
    }

    /// Nothing that bridges of later tests, in the same clusters, would have to look after. To be called when those
    /// of this one have ended.
    void leaveNothing() {
        api.exports(client).inAnyNamespace().delete();
        api.imports(client).inAnyNamespace().delete();
        client.services().inAnyNamespace().withLabelSelector(Ownership.SELECTOR).delete();
        client.discovery()
                .v1()
                .endpointSlices()
                .inAnyNamespace()
                .withLabelSelector(Ownership.SELECTOR)
                .delete();
    }

    @Override
    public void close() {
        client.close();
    }
}
