package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.cli.Exit;
import io.hikyaku.identity.Member;
import io.hikyaku.lab.Ports;
import io.hikyaku.mesh.Mesh.MeshBridge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The relay as it is shipped: the jars that the build puts into `relay-node/target/lib`, and no others.
@Timeout(120)
class RelayAloneIT {
    private static final Path SHIPPED = Path.of("../relay-node/target/lib");
    private static final Set<String> OF_THE_BRIDGE =
            Set.of("bridge", "call", "channel", "policy", "stream", "tracing", "lab", "demo", "bench");
    private static final String ORDERS = "shop/orders";

    @TempDir
    private Path folder;

    @Test
    void itsJarsHoldNothingOfTheBridge() throws Exception {
        // When
        Set<String> ours = new TreeSet<>();
        for (Path jar : jars()) {
            ours.addAll(packages(jar));
        }

        // Then
        assertTrue(ours.containsAll(Set.of("cli", "relay", "link", "route")), ours::toString);
        assertTrue(ours.stream().noneMatch(OF_THE_BRIDGE::contains), ours::toString);
    }

    @Test
    void carriesCallsAndEndsCleanlyWhenToldTo() throws Exception {
        try (Mesh mesh = new Mesh(folder);
                ScriptedService service = ScriptedService.following(new HttpScript("osaka"))) {
            // Given
            String url = "tls://127.0.0.1:" + Ports.free();
            Process relay = start(mesh, url);
            try {
                mesh.bridge("osaka", Mesh.linksTo(url) + Mesh.exports("http", Map.of(ORDERS, service.port())));
                MeshBridge tokyo = mesh.bridge("tokyo", Mesh.linksTo(url) + Mesh.imports("http", ORDERS));

                // When
                tokyo.awaitAnswer(ORDERS);
                relay.destroy();

                // Then
                assertTrue(relay.waitFor(60, TimeUnit.SECONDS), "it has not ended");
                assertEquals(Exit.DONE, relay.exitValue(), log());
            } finally {
                relay.destroyForcibly();
            }
        }
    }

    private Process start(Mesh mesh, String url) throws Exception {
        Path config = Files.writeString(folder.resolve("relay.yaml"), """
                mesh: %s
                identity: { directory: "%s" }
                listen: [ "%s" ]
                """.formatted(
                        mesh.name(), mesh.identity(Member.relay(mesh.name(), "relay-1")), url));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Xmx96m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        SHIPPED + "/*",
                        "io.hikyaku.cli.Hikyaku",
                        "relay",
                        "--config",
                        config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    private static List<Path> jars() throws IOException {
        try (Stream<Path> files = Files.list(SHIPPED)) {
            List<Path> jars = files.toList();
            assertFalse(jars.isEmpty());
            return jars;
        }
    }

    /// The packages directly below `io.hikyaku` that it has classes in.
    private static Set<String> packages(Path jar) throws IOException {
        try (JarFile open = new JarFile(jar.toFile())) {
            return open.stream()
                    .map(entry -> entry.getName().split("/"))
                    .filter(path -> path.length > 3 && path[0].equals("io") && path[1].equals("hikyaku"))
                    .map(path -> path[2])
                    .collect(Collectors.toSet());
        }
    }
}
