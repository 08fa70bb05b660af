package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.bridge.Bridge;
import io.hikyaku.config.BridgeConfig;
import io.hikyaku.lab.Ports;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A bridge on a class path that lacks OpenTelemetry.
@Timeout(60)
class WithoutOpenTelemetryIT {
    private static final String MORE = "listen: [ \"tls://127.0.0.1:0\" ]\nlog: { level: error }\n";

    @TempDir
    private Path folder;

    @Test
    void runsAsLongAsItIsNotToTrace() throws Exception {
        assertEquals("ran", inside(config(MORE)));
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

    /// Starts and closes the bridge with classes of its own.
    private static Object inside(Path file) throws Exception {
        URL[] classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !new File(entry).getName().startsWith("opentelemetry"))
                .map(WithoutOpenTelemetryIT::url)
                .toArray(URL[]::new);
        assertTrue(classPath.length > 1, "a class path of jars, not of one manifest");
        try (URLClassLoader classes = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
            Object instance =
                    classes.loadClass(Program.class.getName()).getConstructor().newInstance();
            return instance.getClass().getMethod("apply", Object.class).invoke(instance, file);
        }
    }

    private static URL url(String entry) {
        try {
            return new File(entry).toURI().toURL();
        } catch (MalformedURLException e) {
            throw new AssertionError(e);
        }
    }

    /// What runs there.
    public static final class Program implements Function<Path, String> {
        @Override
        public String apply(Path file) {
            try (Bridge bridge = Bridge.start(BridgeConfig.read(file), "test")) {
                return bridge.listening().isEmpty() ? "not listening" : "ran";
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }
}
