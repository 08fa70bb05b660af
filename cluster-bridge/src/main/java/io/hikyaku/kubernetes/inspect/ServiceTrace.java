package io.hikyaku.kubernetes.inspect;

import io.hikyaku.kubernetes.imports.Ownership;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/// Follows a service from its ServiceImport to the clusters that export it, and calls it if that is wanted.
public final class ServiceTrace {
    private ServiceTrace() {}

    /// @param target the namespace in it is the service's
    /// @param port of the service; empty: all
    /// @param call the path of a request to send; empty: none
    /// @param bridges namespace of the bridge
    public record Question(
            KubeTarget target, String service, Optional<Integer> port, Optional<String> call, String bridges) {}

    /// @throws IOException if there is no such ServiceImport or port, or the call could not be made
    public static String text(Question question, String version) throws IOException {
        try (RawApi api = RawApi.open(question.target(), version)) {
            String namespace = question.target().namespace().orElse(api.namespace());
            TracedService traced = service(api, namespace, question);
            List<Integer> ports = traced.ports().stream()
                    .filter(port ->
                            question.port().isEmpty() || question.port().get().equals(port))
                    .toList();
            if (ports.isEmpty()) {
                throw new IOException(traced.name() + " has no port "
                        + question.port().map(String::valueOf).orElse("at all"));
            }
            String text = traced.text(ports);
            return question.call().isEmpty() ? text : text + "\n" + call(api, traced, ports.getFirst(), question);
        }
    }

    private static TracedService service(RawApi api, String namespace, Question question) throws IOException {
        String path = ServiceObjects.group(api) + "/namespaces/" + namespace + "/serviceimports/" + question.service();
        JsonNode object = api.get(path)
                .orElseThrow(() -> new IOException("there is no ServiceImport " + question.service() + " in namespace "
                        + namespace + ": no cluster exports the service, or the bridge has not seen it yet"));
        List<JsonNode> slices = api.list(
                "/apis/discovery.k8s.io/v1/namespaces/" + namespace + "/endpointslices",
                "labelSelector=" + RawApi.encoded(Ownership.SERVICE_NAME + "=" + question.service()));
        return new TracedService(object, slices, new StatusFold(PodStatus.ask(api, question.bridges())));
    }

    private static String call(RawApi api, TracedService traced, int port, Question question) throws IOException {
        OptionalInt listener = traced.listener(port);
        if (listener.isEmpty()) {
            throw new IOException("no bridge listens for port " + port + " of " + traced.name());
        }
        if (traced.protocol(port).equals("tcp")) {
            throw new IOException("port " + port + " of " + traced.name() + " is tcp, and --call speaks HTTP");
        }
        BridgePod pod = PodStatus.ask(api, question.bridges()).stream()
                .filter(each -> each.status().isPresent())
                .map(PodStatus::pod)
                .findFirst()
                .orElseThrow(() -> new IOException("no pod of the bridge answers through the API server"));
        String path = question.call().orElse("/");
        TracedCall call =
                TracedCall.make(api, pod, question.bridges(), listener.getAsInt(), path, traced.name() + ":" + port);
        return "GET " + path + " at " + pod.name() + ":" + listener.getAsInt() + ": " + call.text();
    }
}
