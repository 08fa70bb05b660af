package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.bridge.Bridge;
import io.hikyaku.config.BridgeConfig;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Predicate;

/// A bridge with classes of its own: those of the tests, without some jars.
final class BridgeOnClassPath {
    static final String RAN = "ran";

    private BridgeOnClassPath() {}

    /// Starts and closes it.
    ///
    /// @param leftOut by the names of the jars
    /// @return [#RAN]
    static Object without(Predicate<String> leftOut, Path configuration) throws Exception {
        URL[] classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !leftOut.test(new File(entry).getName()))
                .map(BridgeOnClassPath::url)
                .toArray(URL[]::new);
        assertTrue(classPath.length > 1, "a class path of jars, not of one manifest");
        try (URLClassLoader classes = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
            Object instance =
                    classes.loadClass(Program.class.getName()).getConstructor().newInstance();
            return instance.getClass().getMethod("apply", Object.class).invoke(instance, configuration);
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
                return bridge.listening().isEmpty() ? "not listening" : RAN;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }
}
