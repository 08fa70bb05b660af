package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.bridge.Bridge;
import io.hikyaku.config.BridgeConfig;
import io.hikyaku.lab.Ports;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A bridge on a class path that lacks the Kubernetes client, and all that came with it.
@Timeout(60)
class WithoutKubernetesIT {
    private static final Pattern CLIENT = Pattern.compile("kubernetes-|zjsonpatch-|vertx-(web|auth|uri)-");
    private static final String MORE = "listen: [ \"tls://127.0.0.1:0\" ]\nlog: { level: error }\n";

    @TempDir
    private Path folder;

    @Test
    void runsAsLongAsItsConfigurationDoesNotSpeakOfKubernetes() throws Exception {
        assertEquals("ran", inside(config(MORE)));
    }

    private Path config(String more) throws Exception {
        try (Mesh mesh = new Mesh(folder)) {
            return mesh.bridgeFile("tokyo", mesh.clusterIdentity("tokyo"), Ports.free(), more);
        }
    }

    /// Starts and closes the bridge with classes of its own.
    private static Object inside(Path file) throws Exception {
        URL[] classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !CLIENT.matcher(new File(entry).getName()).lookingAt())
                .map(WithoutKubernetesIT::url)
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
