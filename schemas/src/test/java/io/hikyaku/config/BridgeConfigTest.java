package io.hikyaku.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.config.kubernetes.CrdInstall;
import io.hikyaku.config.kubernetes.KubernetesConfig;
import io.hikyaku.config.kubernetes.PortRange;
import io.hikyaku.config.limits.BridgeLimits;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.config.value.DataSize;
import io.hikyaku.config.value.HostPort;
import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.config.yaml.Reading;
import io.hikyaku.service.Affinity;
import io.hikyaku.service.Export;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Forwarded;
import io.hikyaku.service.Import;
import io.hikyaku.service.ImportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import io.hikyaku.service.TargetHost;
import io.hikyaku.service.TargetTls;
import io.hikyaku.service.Trace;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
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
                        Optional.empty(),
                        LogConfig.DEFAULTS,
                        Optional.empty(),
                        Optional.empty(),
                        Subscribe.ALL,
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
        CallLimits call = CallLimits.DEFAULTS;
        BridgeLimits limits = BridgeLimits.DEFAULTS;
        assertEquals(
                new BridgeConfig(
                        "demo",
                        "osaka",
                        new IdentityConfig(folder.resolve("identity/osaka")),
                        List.of(
                                new RelayLink(LinkUrl.parse("tls://relay-1.example:7443")),
                                new RelayLink(LinkUrl.parse("wss://relay-2.example:8443/link")),
                                new KafkaLink(
                                        KafkaLink.parseServers("k1.example:9093,k2.example:9093"),
                                        Map.of("security.protocol", "SSL"),
                                        Optional.of(folder.resolve("kafka-secret.properties")))),
                        List.of(LinkUrl.parse("tls://0.0.0.0:7443")),
                        List.of("hub"),
                        List.of(new Export(
                                ServiceName.parse("shop/orders"),
                                List.of(
                                        new ExportPort(
                                                "http", 80, Protocol.HTTP, List.of(Target.parse("127.0.0.1:18080"))),
                                        new ExportPort(
                                                "grpc",
                                                9090,
                                                Protocol.HTTP,
                                                List.of(
                                                        Target.parse("h2c://10.0.0.7:9090"),
                                                        Target.parse("h2c://10.0.0.8:9090"))),
                                        new ExportPort(
                                                "web",
                                                443,
                                                Protocol.HTTP,
                                                List.of(Target.parse("https://shop.internal:8443")),
                                                Optional.of(new TargetTls(
                                                        Optional.of(folder.resolve("targets/ca.crt")),
                                                        Optional.of("shop.example"),
                                                        Optional.of(folder.resolve("targets/tls.crt")),
                                                        Optional.of(folder.resolve("targets/tls.key")))),
                                                new TargetHost("target"),
                                                false),
                                        new ExportPort(
                                                "sql",
                                                5432,
                                                Protocol.TCP,
                                                List.of(
                                                        Target.parse("10.0.0.7:5432"),
                                                        Target.parse("[2001:db8::7]:5432")))))),
                        List.of(new Import(
                                ServiceName.parse("shop/payments"),
                                List.of(
                                        new ImportPort(
                                                80,
                                                new HostPort("127.0.0.1", 19000),
                                                Optional.empty(),
                                                Optional.empty(),
                                                Forwarded.ADDRESS,
                                                true,
                                                Trace.RESTART),
                                        new ImportPort(
                                                5432,
                                                new HostPort("::1", 15432),
                                                Optional.of(Protocol.TCP),
                                                Optional.empty(),
                                                Forwarded.OBFUSCATED,
                                                false,
                                                Trace.CONTINUE,
                                                Affinity.CLIENT_IP)))),
                        Optional.of(new KubernetesConfig(
                                Optional.of(folder.resolve("kubeconfig.yaml")),
                                Optional.of("osaka"),
                                List.of("shop"),
                                Optional.of("hikyaku"),
                                Optional.empty(),
                                List.of("10.0.0.5", "2001:db8::5"),
                                "::",
                                new PortRange(20_000, 20_999),
                                true,
                                CrdInstall.NEVER)),
                        Optional.of(new AdminConfig(new HostPort("127.0.0.1", 9400))),
                        LogConfig.DEFAULTS,
                        Optional.of(new AccessLogConfig(Optional.of(folder.resolve("access.log")), false)),
                        Optional.of(new TracingConfig(URI.create("http://otel.example:4318"), 0.1)),
                        Subscribe.ALL,
                        2,
                        new BridgeLimits(
                                limits.link(),
                                limits.route(),
                                limits.channel(),
                                limits.stream(),
                                new CallLimits(
                                        call.connectTimeout(),
                                        call.headerTimeout(),
                                        Duration.ofMinutes(2),
                                        call.idleTimeout(),
                                        call.tcpIdleTimeout(),
                                        call.protocolWait(),
                                        call.maxConnectionsPerListener(),
                                        call.maxConnectionsPerSource(),
                                        call.retryBudget(),
                                        DataSize.ofKiB(64),
                                        call.maxRequestLineSize(),
                                        call.http()),
                                limits.registry(),
                                limits.budget(),
                                limits.drainTimeout())),
                config);
    }

    @Test
    void aHubNeedsNoLinkOfItsOwn() {
        // When
        BridgeConfig config = parse(MINIMAL.replaceFirst("links:.*", "listen: [ \"tls://[::]:0\" ]"));

        // Then
        assertEquals(List.of(), config.links());
        assertEquals(List.of(LinkUrl.parse("tls://[::]:0")), config.listen());
    }

    @Test
    void ephemeralListenersNeverClash() {
        // When
        BridgeConfig config = parse(MINIMAL + """
                imports: [ { service: a/b, ports: [ { port: 1, listen: "127.0.0.1:0" }, { port: 2, listen: "127.0.0.1:0" } ] } ]
                admin: { listen: "127.0.0.1:0" }
                """);

        // Then
        assertEquals(2, config.imports().getFirst().ports().size());
    }
}
