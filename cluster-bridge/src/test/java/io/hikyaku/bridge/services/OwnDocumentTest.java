package io.hikyaku.bridge.services;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.config.value.ServiceName;
import io.hikyaku.service.Export;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import io.hikyaku.wire.registry.NodeDocument.ExportedService;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnDocumentTest {
    private static Export export(String service, int port, String target) {
        return new Export(
                ServiceName.parse(service),
                List.of(new ExportPort("main", port, Protocol.HTTP, List.of(Target.parse(target)))));
    }

    private static List<Long> since(List<ExportedService> exports) {
        return exports.stream().map(ExportedService::since).toList();
    }

    @Test
    void anExportThatSaysTheSameIsAsOldAsItWas() {
        // Given
        List<ExportedService> before = OwnDocument.exports(
                List.of(export("a/same", 80, "x:1"), export("a/port", 80, "x:1"), export("a/gone", 80, "x:1")),
                List.of(),
                1);

        // When
        List<ExportedService> now = OwnDocument.exports(
                List.of(export("a/same", 80, "other:2"), export("a/port", 81, "x:1"), export("a/new", 80, "x:1")),
                before,
                2);

        // Then
        assertEquals(List.of(1L, 2L, 2L), since(now));
    }
}
