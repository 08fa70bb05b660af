package io.hikyaku.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hikyaku.config.kubernetes.CrdInstall;
import io.hikyaku.config.kubernetes.KubernetesConfig;
import io.hikyaku.config.kubernetes.PortRange;
import io.hikyaku.config.limits.BridgeLimits;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.config.limits.ChannelLimits;
import io.hikyaku.config.limits.HttpLimits;
import io.hikyaku.config.limits.LinkLimits;
import io.hikyaku.config.limits.RegistryLimits;
import io.hikyaku.config.limits.RelayLimits;
import io.hikyaku.config.limits.RouteLimits;
import io.hikyaku.config.limits.StreamLimits;
import io.hikyaku.config.service.ExportReading;
import io.hikyaku.config.service.ImportReading;
import io.hikyaku.config.value.DataSize;
import io.hikyaku.config.value.HostPort;
import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.config.yaml.ConfigException;
import io.hikyaku.config.yaml.Finding;
import io.hikyaku.config.yaml.Reading;
import io.hikyaku.config.yaml.Setting;
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
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The same questions for the record of each section: what holds without keys, does each key arrive, is an unknown one
/// fatal.
class SectionsTest {

    private static final Path FILE = Path.of("/etc/hikyaku/x.yaml");

    /// @param fewest keys that the section must have
    /// @param plain what they make
    /// @param explicit every key, each with a value that is not its default
    /// @param record what they make
    record Sample(
            String name, Function<Setting, ?> reader, String fewest, Object plain, String explicit, Object record) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Sample> samples() {
        return Stream.concat(limits(), parts());
    }

    private static Stream<Sample> limits() {
        return Stream.of(
                new Sample(
                        "link limits",
                        LinkLimits::read,
                        "{}",
                        LinkLimits.DEFAULTS,
                        "{ connectTimeout: 1s, handshakeTimeout: 2s, keepaliveInterval: 3s, deadAfter: 4s,"
                                + " reconnectBackoffMin: 5s, reconnectBackoffMax: 6s, maxAccepted: 7, maxGreeting: 8,"
                                + " maxGreetingPerSource: 9 }",
                        new LinkLimits(
                                seconds(1), seconds(2), seconds(3), seconds(4), seconds(5), seconds(6), 7, 8, 9)),
                new Sample(
                        "route limits",
                        RouteLimits::read,
                        "{}",
                        RouteLimits.DEFAULTS,
                        "{ linkQueue: 3MiB, pauseAbove: 2MiB, resumeBelow: 5, budget: 4MiB }",
                        new RouteLimits(DataSize.ofMiB(3), DataSize.ofMiB(2), new DataSize(5), DataSize.ofMiB(4))),
                new Sample(
                        "channel limits",
                        setting -> ChannelLimits.read(setting, ChannelLimits.DEFAULTS),
                        "{}",
                        ChannelLimits.DEFAULTS,
                        "{ handshakeTimeout: 1s, keepaliveInterval: 3s, deadAfter: 4s, gapTimeout: 1500ms, reorderWindow: 5,"
                                + " window: 1MiB, maxStreams: 6 }",
                        new ChannelLimits(
                                seconds(1), seconds(3), seconds(4), Duration.ofMillis(1500), 5, DataSize.ofMiB(1), 6)),
                new Sample(
                        "stream limits",
                        StreamLimits::read,
                        "{}",
                        StreamLimits.DEFAULTS,
                        "{ window: 16KiB }",
                        new StreamLimits(DataSize.ofKiB(16))),
                new Sample(
                        "HTTP limits",
                        HttpLimits::read,
                        "{}",
                        HttpLimits.DEFAULTS,
                        "{ maxStreams: 5, maxBodySize: 3KiB, minBodyRate: 0, writeTimeout: 4s }",
                        new HttpLimits(5, Optional.of(DataSize.ofKiB(3)), 0, seconds(4))),
                new Sample(
                        "call limits",
                        CallLimits::read,
                        "{}",
                        CallLimits.DEFAULTS,
                        "{ connectTimeout: 1s, headerTimeout: 2s, responseTimeout: 3s, idleTimeout: 4s, tcpIdleTimeout: 6s,"
                                + " protocolWait: 7s, maxConnectionsPerListener: 8, maxConnectionsPerSource: 6, retryBudget: 0,"
                                + " maxHeaderSize: 2048, maxRequestLineSize: 1KiB, http: { maxStreams: 9, maxBodySize: 1MiB, minBodyRate: 7, writeTimeout: 8s } }",
                        new CallLimits(
                                seconds(1),
                                seconds(2),
                                seconds(3),
                                seconds(4),
                                seconds(6),
                                seconds(7),
                                8,
                                6,
                                0,
                                DataSize.ofKiB(2),
                                DataSize.ofKiB(1),
                                new HttpLimits(9, Optional.of(DataSize.ofMiB(1)), 7, seconds(8)))),
                new Sample(
                        "registry limits",
                        RegistryLimits::read,
                        "{}",
                        RegistryLimits.DEFAULTS,
                        "{ refresh: 1s, expiry: 2s, budget: 1MiB }",
                        new RegistryLimits(seconds(1), seconds(2), DataSize.ofMiB(1))),
                new Sample(
                        "relay limits",
                        RelayLimits::read,
                        "{}",
                        RelayLimits.DEFAULTS,
                        "{ link: { maxAccepted: 1 }, route: { resumeBelow: 1 }, registry: { refresh: 1s }, drainTimeout: 1s }",
                        new RelayLimits(oneLink(), resumeBelowOne(), oneSecondRegistry(), seconds(1))),
                new Sample(
                        "bridge limits",
                        BridgeLimits::read,
                        "{}",
                        BridgeLimits.DEFAULTS,
                        "{ link: { maxAccepted: 1 }, route: { resumeBelow: 1 }, channel: { reorderWindow: 1 },"
                                + " stream: { window: 16KiB }, call: { connectTimeout: 1s }, registry: { refresh: 1s },"
                                + " budget: 4MiB, drainTimeout: 1s }",
                        new BridgeLimits(
                                oneLink(),
                                resumeBelowOne(),
                                oneReorderWindow(),
                                new StreamLimits(DataSize.ofKiB(16)),
                                oneSecondConnect(),
                                oneSecondRegistry(),
                                DataSize.ofMiB(4),
                                seconds(1))));
    }

    private static Stream<Sample> parts() {
        ServiceName service = new ServiceName("shop", "orders");
        var identity = new IdentityConfig(Path.of("/etc/hikyaku/id"));
        var admin = new AdminConfig(new HostPort("::1", 0));
        var relay = new RelayLink(LinkUrl.parse("tls://[::1]:7443"));
        var broker = new KafkaLink(List.of(new HostPort("k", 1)), Map.of(), Optional.empty());
        var kafka = new KafkaLink(
                List.of(new HostPort("k", 1), new HostPort("::1", 2)),
                Map.of("linger.ms", "0", "enable.idempotence", "true", "security.protocol", "SSL"),
                Optional.of(Path.of("/run/secrets/kafka.properties")));
        var exportPort = new ExportPort("http", 80, Protocol.HTTP, List.of(Target.parse("[::1]:1")));
        var exportPorts = new ExportPort("sql", 5432, Protocol.TCP, List.of(Target.parse("h:1"), Target.parse("h:2")));
        var tls = new TargetTls(
                Optional.of(Path.of("/etc/hikyaku/ca.pem")),
                Optional.of("shop.example"),
                Optional.of(Path.of("/run/c.pem")),
                Optional.of(Path.of("/run/k.pem")));
        var everyKeyPort = new ExportPort(
                "web",
                443,
                Protocol.HTTP,
                List.of(Target.parse("https://h:1")),
                Optional.of(tls),
                new TargetHost("target"),
                false);
        var importPort = new ImportPort(
                80,
                new HostPort("127.0.0.1", 19000),
                Optional.empty(),
                Optional.empty(),
                Forwarded.OBFUSCATED,
                false,
                Trace.CONTINUE);
        var tcpPort = new ImportPort(
                5432,
                new HostPort("::1", 15432),
                Optional.of(Protocol.TCP),
                Optional.empty(),
                Forwarded.ADDRESS,
                true,
                Trace.RESTART,
                Affinity.CLIENT_IP);
        return Stream.of(
                new Sample(
                        "log",
                        LogConfig::read,
                        "{}",
                        LogConfig.DEFAULTS,
                        "{ level: trace, format: json }",
                        new LogConfig(LogConfig.Level.TRACE, LogConfig.Format.JSON)),
                new Sample(
                        "identity",
                        IdentityConfig::read,
                        "{ directory: id }",
                        identity,
                        "{ directory: /etc/hikyaku/elsewhere/../id }",
                        identity),
                new Sample(
                        "access log",
                        AccessLogConfig::read,
                        "{ path: stdout }",
                        new AccessLogConfig(Optional.empty(), false),
                        "{ path: calls.log, query: true }",
                        new AccessLogConfig(Optional.of(Path.of("/etc/hikyaku/calls.log")), true)),
                new Sample(
                        "tracing",
                        TracingConfig::read,
                        "{ endpoint: 'http://c:4318' }",
                        new TracingConfig(URI.create("http://c:4318"), 0.01),
                        "{ endpoint: 'https://[::1]:1/otlp', sampleRatio: 1 }",
                        new TracingConfig(URI.create("https://[::1]:1/otlp"), 1)),
                new Sample(
                        "kubernetes",
                        KubernetesConfig::read,
                        "{ service: bridge }",
                        new KubernetesConfig(
                                Optional.empty(),
                                Optional.empty(),
                                List.of(),
                                Optional.empty(),
                                Optional.of("bridge"),
                                List.of(),
                                "0.0.0.0",
                                new PortRange(20_000, 29_999),
                                false,
                                CrdInstall.IF_MISSING_OR_OLDER),
                        "{ kubeconfig: k.yaml, context: west, namespaces: [ a, b ], namespace: c, addresses: [ 10.0.0.1 ],"
                                + " listen: '::', ports: 1024-65535, alias: true, crds: never }",
                        new KubernetesConfig(
                                Optional.of(Path.of("/etc/hikyaku/k.yaml")),
                                Optional.of("west"),
                                List.of("a", "b"),
                                Optional.of("c"),
                                Optional.empty(),
                                List.of("10.0.0.1"),
                                "::",
                                new PortRange(1024, 65_535),
                                true,
                                CrdInstall.NEVER)),
                new Sample("admin", AdminConfig::read, "{ listen: '[::1]:0' }", admin, "{ listen: '[::1]:0' }", admin),
                new Sample(
                        "relay link",
                        LinkConfig::read,
                        "{ relay: 'tls://[::1]:7443' }",
                        relay,
                        "{ relay: 'tls://[::1]:7443' }",
                        relay),
                new Sample(
                        "kafka link",
                        LinkConfig::read,
                        "{ kafka: { bootstrapServers: 'k:1' } }",
                        broker,
                        "{ kafka: { bootstrapServers: 'k:1, [::1]:2', propertiesFile: /run/secrets/kafka.properties, properties:"
                                + " { linger.ms: 0, enable.idempotence: true, security.protocol: SSL } } }",
                        kafka),
                new Sample(
                        "kafka",
                        KafkaLink::read,
                        "{ bootstrapServers: 'k:1' }",
                        broker,
                        "{ bootstrapServers: 'k:1', properties: {} }",
                        broker),
                new Sample(
                        "export port",
                        ExportReading::port,
                        "{ name: http, port: 80, protocol: http, target: '[::1]:1' }",
                        exportPort,
                        "{ name: sql, port: 5432, protocol: tcp, target: [ 'h:1', 'h:2' ] }",
                        exportPorts),
                new Sample(
                        "export port with TLS",
                        ExportReading::port,
                        "{ name: http, port: 80, protocol: http, target: 'https://[::1]:1', tls: {} }",
                        new ExportPort(
                                "http",
                                80,
                                Protocol.HTTP,
                                List.of(Target.parse("https://[::1]:1")),
                                Optional.of(TargetTls.DEFAULTS),
                                TargetHost.KEEP),
                        "{ name: web, port: 443, protocol: http, target: 'https://h:1', host: target, via: false,"
                                + " tls: { trust: ca.pem, serverName: shop.example, certificate: /run/c.pem, key: /run/k.pem } }",
                        everyKeyPort),
                new Sample(
                        "target TLS",
                        ExportReading::tls,
                        "{}",
                        TargetTls.DEFAULTS,
                        "{ trust: ca.pem, serverName: shop.example, certificate: /run/c.pem, key: /run/k.pem }",
                        tls),
                new Sample(
                        "export",
                        ExportReading::export,
                        "{ service: shop/orders, ports: [ { name: http, port: 80, protocol: http, target: '[::1]:1' } ] }",
                        new Export(service, List.of(exportPort)),
                        "{ service: shop/orders, ports: [ { name: http, port: 80, protocol: http, target: '[::1]:1' },"
                                + " { name: sql, port: 5432, protocol: tcp, target: [ 'h:1', 'h:2' ] } ] }",
                        new Export(service, List.of(exportPort, exportPorts))),
                new Sample(
                        "import port",
                        ImportReading::port,
                        "{ port: 80, listen: '127.0.0.1:19000' }",
                        importPort,
                        "{ port: 5432, listen: '[::1]:15432', protocol: tcp, forwarded: address, trustForwarded: true,"
                                + " trace: restart, affinity: client-ip }",
                        tcpPort),
                new Sample(
                        "import",
                        ImportReading::imported,
                        "{ service: shop/orders, ports: [ { port: 80, listen: '127.0.0.1:19000' } ] }",
                        new Import(service, List.of(importPort)),
                        "{ service: shop/orders, ports: [ { port: 80, listen: '127.0.0.1:19000' },"
                                + " { port: 5432, listen: '[::1]:15432', protocol: tcp, forwarded: address, trustForwarded: true,"
                                + " trace: restart, affinity: client-ip } ] }",
                        new Import(service, List.of(importPort, tcpPort))));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void whatIsNotWrittenHasItsDefault(Sample sample) {
        assertEquals(sample.plain, Reading.text(FILE, sample.fewest, sample.reader));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everyKeyArrives(Sample sample) {
        assertEquals(sample.record, Reading.text(FILE, sample.explicit, sample.reader));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void anUnknownKeyIsFatal(Sample sample) {
        // Given
        String yaml = sample.explicit.replaceFirst("\\{", "{ surprise: 1,");

        // When
        var refusal = assertThrows(ConfigException.class, () -> Reading.text(FILE, yaml, sample.reader));

        // Then
        assertEquals(
                List.of("surprise"),
                refusal.findings().stream().map(Finding::path).toList());
    }

    private static Duration seconds(int number) {
        return Duration.ofSeconds(number);
    }

    private static LinkLimits oneLink() {
        LinkLimits d = LinkLimits.DEFAULTS;
        return new LinkLimits(
                d.connectTimeout(),
                d.handshakeTimeout(),
                d.keepaliveInterval(),
                d.deadAfter(),
                d.reconnectBackoffMin(),
                d.reconnectBackoffMax(),
                1,
                d.maxGreeting(),
                d.maxGreetingPerSource());
    }

    private static RouteLimits resumeBelowOne() {
        RouteLimits d = RouteLimits.DEFAULTS;
        return new RouteLimits(d.linkQueue(), d.pauseAbove(), new DataSize(1), d.budget());
    }

    private static ChannelLimits oneReorderWindow() {
        ChannelLimits d = ChannelLimits.DEFAULTS;
        return new ChannelLimits(
                d.handshakeTimeout(),
                d.keepaliveInterval(),
                d.deadAfter(),
                d.gapTimeout(),
                1,
                DataSize.ofMiB(2), // half of the budget
                d.maxStreams());
    }

    private static CallLimits oneSecondConnect() {
        CallLimits d = CallLimits.DEFAULTS;
        return new CallLimits(
                seconds(1),
                d.headerTimeout(),
                d.responseTimeout(),
                d.idleTimeout(),
                d.tcpIdleTimeout(),
                d.protocolWait(),
                d.maxConnectionsPerListener(),
                d.maxConnectionsPerSource(),
                d.retryBudget(),
                d.maxHeaderSize(),
                d.maxRequestLineSize(),
                d.http());
    }

    private static RegistryLimits oneSecondRegistry() {
        RegistryLimits d = RegistryLimits.DEFAULTS;
        return new RegistryLimits(seconds(1), d.expiry(), d.budget());
    }
}
