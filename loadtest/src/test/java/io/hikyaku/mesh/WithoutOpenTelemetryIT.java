package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hikyaku.lab.Ports;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A bridge on a class path that lacks OpenTelemetry.
@Timeout(180)
class WithoutOpenTelemetryIT {
    private static final String MORE = "listen: [ \"tls://127.0.0.1:0\" ]\nlog: { level: error }\n";

    @TempDir
    private Path folder;

    @Test
    void runsAsLongAsItIsNotToTrace() throws Exception {
        assertEquals(BridgeOnClassPath.RAN, inside(config(MORE)));
    }

    @Test
    void andNeedsItOtherwise() throws Exception {
        // Given
        Path file = config(MORE + "tracing: { endpoint: \"http://127.0.0.1:4318\" }\n");

        // When
        InvocationTargetException failure = assertThrows(InvocationTargetException.class, () -> inside(file));

        // Then
        assertInstanceOf(NoClassDefFoundError.class, failure.getCause());
    }

    private Path config(String more) throws Exception {
        try (Mesh mesh = new Mesh(folder)) {
            return mesh.bridgeFile("tokyo", mesh.clusterIdentity("tokyo"), Ports.free(), more);
        }
    }

    private static Object inside(Path file) throws Exception {
        return BridgeOnClassPath.without(jar -> jar.startsWith("opentelemetry"), file);
    }
}
