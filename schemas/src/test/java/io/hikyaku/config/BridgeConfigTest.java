package io.hikyaku.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BridgeConfigTest {

    private static final Path FILE = Path.of("/etc/hikyaku/bridge.yaml");

    private static final String MINIMAL = """
            mesh: demo
            cluster: osaka
            identity: { directory: identity/osaka }
            links: [ { relay: "tls://relay:7443" } ]
            """;

    private static BridgeConfig parse(String yaml) {
        return Reading.text(FILE, yaml, BridgeConfig::read);
    }

    @Test
    void whatIsNotWrittenHasItsDefault() {
        // When
        BridgeConfig config = parse(MINIMAL);

        // Then
        assertEquals(
                new BridgeConfig(
                        "demo",
                        "osaka",
                        new IdentityConfig(Path.of("/etc/hikyaku/identity/osaka")),
                        List.of(new RelayLink(LinkUrl.parse("tls://relay:7443"))),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        Optional.empty(),
                        LogConfig.DEFAULTS,
                        Runtime.getRuntime().availableProcessors(),
                        BridgeLimits.DEFAULTS),
                config);
    }

    @Test
    void everyKeyOfTheExampleArrives() {
        // When
        BridgeConfig config = BridgeConfig.read(Path.of("../deploy/examples/bridge.yaml"));

        // Then
        Path folder = Path.of("../deploy/examples").toAbsolutePath().normalize();
        assertEquals(
                List.of(
                        new RelayLink(LinkUrl.parse("tls://relay-1.example:7443")),
                        new RelayLink(LinkUrl.parse("wss://relay-2.example:8443/link")),
                        new KafkaLink(
                                KafkaLink.parseServers("k1.example:9093,k2.example:9093"),
                                Map.of("security.protocol", "SSL"),
                                Optional.of(folder.resolve("kafka-secret.properties")))),
                config.links());
    }
}
