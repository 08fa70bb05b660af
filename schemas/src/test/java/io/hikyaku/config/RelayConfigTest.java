package io.hikyaku.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.config.limits.RelayLimits;
import io.hikyaku.config.value.HostPort;
import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.config.yaml.Reading;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RelayConfigTest {

    @Test
    void whatIsNotWrittenHasItsDefault() {
        // When
        RelayConfig config =
                Reading.text(Path.of("/etc/hikyaku/relay.yaml"), BadDocument.Program.RELAY.minimal, RelayConfig::read);

        // Then
        assertEquals(
                new RelayConfig(
                        "demo",
                        new IdentityConfig(Path.of("/etc/hikyaku/id")),
                        List.of(LinkUrl.parse("tls://0.0.0.0:7443")),
                        List.of(),
                        List.of(),
                        Optional.empty(),
                        LogConfig.DEFAULTS,
                        EventLoopCount.available(),
                        RelayLimits.DEFAULTS),
                config);
    }

    @Test
    void everyKeyOfTheExampleArrives() {
        // When
        RelayConfig config = RelayConfig.read(Path.of("../deploy/examples/relay.yaml"));

        // Then
        assertEquals(
                new RelayConfig(
                        "demo",
                        new IdentityConfig(Path.of("../deploy/examples/identity/relay-1")
                                .toAbsolutePath()
                                .normalize()),
                        List.of(LinkUrl.parse("tls://0.0.0.0:7443"), LinkUrl.parse("wss://0.0.0.0:8443/link")),
                        List.of(LinkUrl.parse("tls://relay-2.example:7443")),
                        List.of("hub"),
                        Optional.of(new AdminConfig(new HostPort("127.0.0.1", 9401))),
                        new LogConfig(LogConfig.Level.INFO, LogConfig.Format.JSON),
                        2,
                        RelayLimits.DEFAULTS),
                config);
    }
}
