package io.hikyaku.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.config.yaml.Finding;
import io.hikyaku.config.yaml.Reading;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChangesTest {
    private static final String BASE = "mesh: m\ncluster: c\nidentity: { directory: id }\n";
    private static final String LINKS = "links: [ { relay: \"tls://r:1\" } ]\n";
    private static final Set<String> FREE = Set.of("exports", "imports", "log");

    private static BridgeConfig config(String more) {
        return Reading.text(Path.of("bridge.yaml"), BASE + more, BridgeConfig::read);
    }

    private static List<String> between(String one, String other) {
        return Changes.takingARestart(config(one), config(other), FREE).stream()
                .map(Finding::toString)
                .toList();
    }

    @Test
    void freeKeysMayChange() {
        // When
        List<String> findings = between(LINKS, LINKS + """
                exports: [ { service: a/b, ports: [ { name: p, port: 1, protocol: tcp, target: "t:1" } ] } ]
                imports: [ { service: a/b, ports: [ { port: 1, listen: "127.0.0.1:0" } ] } ]
                log: { level: debug }
                """);

        // Then
        assertEquals(List.of(), findings);
    }

    @Test
    void everyOtherChangeIsNamedByItsPath() {
        // When
        List<String> findings = between(LINKS, """
                links: [ { relay: "tls://other:1" } ]
                admin: { listen: "127.0.0.1:0" }
                limits: { budget: 256MiB, call: { idleTimeout: 3s } }
                """);

        // Then
        assertEquals(
                List.of(
                        "links: a change takes a restart",
                        "admin: a change takes a restart",
                        "limits.call.idleTimeout: a change takes a restart",
                        "limits.budget: a change takes a restart"),
                findings);
    }
}
