package io.hikyaku.kubernetes.imports;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.mcs.McsApi;
import io.hikyaku.kubernetes.mcs.ServiceImport;
import io.hikyaku.kubernetes.mcs.ServiceImportSpec;
import io.hikyaku.service.Affinity;
import io.hikyaku.service.Import;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ImportedListenersTest {
    private static final ServiceName WEB = ServiceName.parse("shop/web");

    private static ServiceImport object(Map<String, String> labels, String listeners, String affinity) {
        ServiceImport object = McsApi.V1BETA1.newImport("shop", "web");
        object.getMetadata().setLabels(labels);
        object.getMetadata().setAnnotations(listeners == null ? null : Map.of(Ownership.LISTENERS, listeners));
        object.setSpec(new ServiceImportSpec("ClusterSetIP", List.of(), null, null, affinity, null, null, null));
        return object;
    }

    private static Map<String, String> ours() {
        return Ownership.labels(WEB, Map.of());
    }

    @Test
    void eachPortAndEachPodHasAListener() {
        // When
        List<Import> imports =
                ImportedListeners.of(object(ours(), "80=20001,osaka/web-0:80=20002", "ClientIP"), "127.0.0.1");

        // Then
        assertEquals(
                List.of("shop/web", "shop/web/osaka/web-0"),
                imports.stream().map(Import::name).sorted().toList());
        assertEquals(20_001, imports.getFirst().ports().getFirst().listen().port());
        assertEquals(Affinity.CLIENT_IP, imports.getFirst().ports().getFirst().affinity());
    }

    @Test
    void podsWithoutNamesStandForAny() {
        List<Import> imports = ImportedListeners.of(object(ours(), "osaka/:80=20001,tokyo/:80=20002", null), "::1");
        assertEquals(1, imports.size());
        assertEquals("shop/web", imports.getFirst().name());
        assertEquals(2, imports.getFirst().ports().size());
    }

    @Test
    void garbageAndWhatIsNotOursHasNone() {
        assertEquals(List.of(), ImportedListeners.of(object(ours(), "80=99999,x=1,0=20001", null), "127.0.0.1"));
        assertEquals(List.of(), ImportedListeners.of(object(ours(), null, null), "127.0.0.1"));
        assertEquals(List.of(), ImportedListeners.of(object(Map.of(), "80=20001", null), "127.0.0.1"));
    }

    @Test
    void aLabelThatNoBridgeWroteIsNobodys() {
        // Given: a valid label, but no name of a Service
        Map<String, String> labels = new HashMap<>(ours());
        labels.put(Ownership.SERVICE_IMPORT, "Not_A.Service");
        HasMetadata service = new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withLabels(labels)
                .endMetadata()
                .build();

        // When, Then
        assertEquals(Optional.empty(), Ownership.importOf(service));
    }
}
