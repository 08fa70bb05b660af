package io.hikyaku.config;

import io.hikyaku.config.yaml.Setting;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A document with one thing wrong, and where the code must find it.
///
/// @param bySchema whether the JSON Schema can say it too
public record BadDocument(Program program, String yaml, String path, String message, boolean bySchema) {

    /// Whose configuration it would be, with the fewest keys that it needs.
    public enum Program {
        BRIDGE(BridgeConfig::read, """
                mesh: demo
                cluster: osaka
                identity: { directory: id }
                links: [ { relay: "tls://relay:7443" } ]
                """),
        RELAY(RelayConfig::read, """
                mesh: demo
                identity: { directory: id }
                listen: [ "tls://0.0.0.0:7443" ]
                """);

        final Function<Setting, Record> reader;
        public final String minimal;

        Program(Function<Setting, Record> reader, String minimal) {
            this.reader = reader;
            this.minimal = minimal;
        }

        String schema() {
            return name().toLowerCase(java.util.Locale.ROOT) + ".schema.json";
        }

        /// The minimal document with a line in the place of the one with the same key, or after the others.
        public String with(String line) {
            String key = line.substring(0, line.indexOf(':') + 1);
            return minimal.replaceAll("(?m)^" + key + ".*\n", "") + line + "\n";
        }

        String without(String key) {
            return minimal.replaceAll("(?m)^" + key + ":.*\n", "");
        }
    }

    @Override
    public String toString() {
        return program + " " + path + ": " + message;
    }

    private static BadDocument bridge(String line, String path, String message) {
        return new BadDocument(Program.BRIDGE, Program.BRIDGE.with(line), path, message, true);
    }

    private static String services(int count, int ports) {
        return IntStream.range(0, count)
                .mapToObj(i -> service("shop/s" + i, ports))
                .collect(Collectors.joining(", ", "exports: [ ", " ]"));
    }

    private static String service(String name, int ports) {
        return IntStream.rangeClosed(1, ports)
                .mapToObj(port -> "{ name: p" + port + ", port: " + port + ", protocol: tcp, target: 'h:1' }")
                .collect(Collectors.joining(", ", "{ service: " + name + ", ports: [ ", " ] }"));
    }

    private static BadDocument relay(String line, String path, String message) {
        return new BadDocument(Program.RELAY, Program.RELAY.with(line), path, message, true);
    }

    private static BadDocument exportPort(String port, String path, String message) {
        return bridge(
                "exports: [ { service: shop/orders, ports: [ " + port + " ] } ]", "exports[0].ports" + path, message);
    }

    private static BadDocument importPort(String port, String path, String message) {
        return bridge(
                "imports: [ { service: shop/orders, ports: [ " + port + " ] } ]", "imports[0].ports" + path, message);
    }

    private static BadDocument limits(String limits, String path, String message) {
        return bridge("limits: { " + limits + " }", "limits." + path, message);
    }

    private static String ports(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(n -> "{ name: p%d, port: %d, protocol: tcp, target: 'a:1' }".formatted(n, n))
                .collect(Collectors.joining(", "));
    }

    private BadDocument notBySchema() {
        return new BadDocument(program, yaml, path, message, false);
    }

    private static BadDocument missing(Program program, String key) {
        return new BadDocument(program, program.without(key), key, "missing", true);
    }

    static List<BadDocument> all() {
        return List.of(
                missing(Program.BRIDGE, "mesh"),
                missing(Program.BRIDGE, "cluster"),
                missing(Program.BRIDGE, "identity"),
                missing(Program.RELAY, "mesh"),
                missing(Program.RELAY, "identity"),
                missing(Program.RELAY, "listen"),
                bridge("kubernetes: {}", "kubernetes.service", "pods have to reach this bridge: give"),
                bridge(
                        "kubernetes: { service: a, addresses: [ 10.0.0.1 ] }",
                        "kubernetes.service",
                        "pods have to reach this bridge: give"),
                bridge("kubernetes: { service: a, context: b }", "kubernetes.context", "of use only with kubeconfig"),
                bridge("kubernetes: { service: a, ports: 20000 }", "kubernetes.ports", "expected text"),
                bridge(
                        "kubernetes: { service: a, ports: '20000' }",
                        "kubernetes.ports",
                        "'20000' is not a range of ports"),
                bridge("kubernetes: { service: a, ports: 80-90 }", "kubernetes.ports", "80-90 is no range of ports")
                        .notBySchema(),
                bridge(
                                "kubernetes: { service: a, ports: 3000-2000 }",
                                "kubernetes.ports",
                                "3000-2000 is no range of ports")
                        .notBySchema(),
                bridge(
                        "kubernetes: { service: a, listen: localhost }",
                        "kubernetes.listen",
                        "'localhost' is not an IP address"),
                bridge("kubernetes: { addresses: [ host ] }", "kubernetes.addresses[0]", "'host' is not an IP address"),
                bridge(
                        "kubernetes: { service: a, crds: always }",
                        "kubernetes.crds",
                        "'always' is not ifMissingOrOlder or never"),
                bridge(
                                "kubernetes: { service: a }\nsubscribe: imports",
                                "subscribe",
                                "what others export is imported into")
                        .notBySchema(),
                bridge("mesh: Demo", "mesh", "'Demo' is not a name"),
                bridge("mesh: 42", "mesh", "expected text, found a whole number"),
                bridge("mesh: true", "mesh", "expected text, found true or false"),
                bridge("mesh:", "mesh", "expected text, found nothing"),
                bridge("mesh: 1.5", "mesh", "expected text, found a decimal number"),
                bridge("cluster: [ osaka ]", "cluster", "expected text, found a list"),
                bridge("identity: id", "identity", "expected a mapping, found text"),
                bridge("identity: {}", "identity.directory", "missing"),
                bridge("identity: { directory: '' }", "identity.directory", "the path is empty"),
                bridge(
                        "identity: { directory: id, password: x }",
                        "identity.password",
                        "unknown key; the keys here are directory"),
                bridge("import: []", "import", "unknown key; did you mean 'imports'?"),
                relay("exports: []", "exports", "unknown key; the keys here are mesh, identity, listen, peers"),
                bridge("links: []", "links", "no way to the other clusters"),
                new BadDocument(
                        Program.BRIDGE, Program.BRIDGE.without("links"), "links", "no way to the other clusters", true),
                bridge("links: { relay: x }", "links", "expected a list, found a mapping"),
                bridge("links: [ {} ]", "links[0]", "give either relay or kafka"),
                bridge(
                        "links: [ { relay: 'tls://a:1', kafka: { bootstrapServers: 'k:1' } } ]",
                        "links[0]",
                        "give either relay or kafka"),
                bridge("links: [ { relay: 'relay:7443' } ]", "links[0].relay", "'relay:7443' is not a link"),
                bridge("links: [ { relay: 'tls://relay' } ]", "links[0].relay", "'relay' lacks a port"),
                bridge("links: [ { relay: 'tls://relay:0' } ]", "links[0].relay", "a port to dial is between"),
                bridge("links: [ { relay: 'wss://u:p@relay' } ]", "links[0].relay", "a link's URL holds no user"),
                bridge(
                        "links: [ { relay: 'tls://a:1' }, { relay: 'tls://a:1' } ]",
                        "links[1]",
                        "the same relay as links[0]"),
                bridge(
                                "links: [ { kafka: { bootstrapServers: 'k:1' } }, { kafka: { bootstrapServers: 'l:1' } } ]",
                                "links[1]",
                                "Kafka a second time; first in links[0]")
                        .notBySchema(),
                bridge("links: [ { kafka: {} } ]", "links[0].kafka.bootstrapServers", "missing"),
                bridge(
                        "links: [ { kafka: { bootstrapServers: k } } ]",
                        "links[0].kafka.bootstrapServers",
                        "'k' lacks a port"),
                bridge(
                        "links: [ { kafka: { bootstrapServers: 'k:1,' } } ]",
                        "links[0].kafka.bootstrapServers",
                        "'' lacks a port"),
                bridge(
                        "links: [ { kafka: { bootstrapServers: 'k:1', properties: { a: [] } } } ]",
                        "links[0].kafka.properties['a']",
                        "expected text, a number, true or false, found a list"),
                bridge(
                        "links: [ { kafka: { bootstrapServers: 'k:1', properties: { bootstrap.servers: 'k:2' } } } ]",
                        "links[0].kafka.properties",
                        "bootstrap.servers has a key of its own"),
                bridge(
                        "exports: [ { service: shop/orders, ports: [ " + ports(33) + " ] } ]",
                        "exports[0].ports",
                        "33 ports; a service has 32 at most"),
                bridge("listen: 'tls://0.0.0.0:7443'", "listen", "expected a list, found text"),
                bridge("listen: [ '0.0.0.0:7443' ]", "listen[0]", "'0.0.0.0:7443' is not a link"),
                relay("listen: []", "listen", "the list is empty"),
                relay("peers: [ 'tls://a:1', 'tls://a:1' ]", "peers[1]", "the same relay as peers[0]"),
                relay("peers: [ 'tls://a:1/link' ]", "peers[0]", "a tls:// link has no path"),
                relay("transit: [ hub, hub ]", "transit[1]", "the same cluster as transit[0]"),
                relay("transit: [ 'relay/hub' ]", "transit[0]", "'relay/hub' is not a name"),
                exportPort("", "", "the list is empty"),
                exportPort("{ name: a, port: 80, protocol: http }", "[0].target", "missing"),
                exportPort(
                        "{ name: a, port: 0, protocol: http, target: 'h:1' }",
                        "[0].port",
                        "0 is not between 1 and 65535"),
                exportPort(
                        "{ name: a, port: 65536, protocol: http, target: 'h:1' }", "[0].port", "65536 is not between"),
                exportPort(
                        "{ name: a, port: 99999999999999999999, protocol: http, target: 'h:1' }",
                        "[0].port",
                        "99999999999999999999 is not a usable whole number"),
                exportPort(
                        "{ name: a, port: '80', protocol: http, target: 'h:1' }",
                        "[0].port",
                        "expected a whole number, found text"),
                exportPort("{ name: A, port: 80, protocol: http, target: 'h:1' }", "[0].name", "'A' is not a name"),
                exportPort(
                        "{ name: a, port: 80, protocol: HTTP, target: 'h:1' }",
                        "[0].protocol",
                        "'HTTP' is not http or tcp"),
                exportPort(
                        "{ name: a, port: 80, protocol: grpc, target: 'h:1' }",
                        "[0].protocol",
                        "'grpc' is not http or tcp"),
                exportPort("{ name: a, port: 80, protocol: http, target: [] }", "[0].target", "the list is empty"),
                exportPort(
                        "{ name: a, port: 80, protocol: http, target: 'h:0' }",
                        "[0].target",
                        "a port to dial is between"),
                exportPort(
                        "{ name: a, port: 80, protocol: http, target: 'http://h:1' }",
                        "[0].target",
                        "targets with http:// are not supported; accepted are host:port, h2c://host:port and"),
                exportPort(
                                "{ name: a, port: 80, protocol: tcp, target: [ 'h:1', 'https://h:1' ] }",
                                "[0].target",
                                "h2c:// and https:// are for protocol http")
                        .notBySchema(),
                exportPort(
                                "{ name: a, port: 80, protocol: http, target: 'h2c://h:1', tls: {} }",
                                "[0].tls",
                                "of use only with https:// targets")
                        .notBySchema(),
                exportPort(
                        "{ name: a, port: 80, protocol: http, target: 'https://h:1', tls: { key: k.pem } }",
                        "[0].tls.key",
                        "of use only with certificate"),
                exportPort(
                        "{ name: a, port: 80, protocol: http, target: 'https://h:1', tls: { certificate: c.pem } }",
                        "[0].tls.certificate",
                        "of use only with key"),
                exportPort(
                                "{ name: a, port: 80, protocol: http, target: 'https://h:1', tls: { serverName: 10.0.0.1 } }",
                                "[0].tls.serverName",
                                "'10.0.0.1' is an address, not a name")
                        .notBySchema(),
                exportPort(
                        "{ name: a, port: 80, protocol: http, target: 'h:1', host: 'a b' }",
                        "[0].host",
                        "'a b' is neither a host name nor an IP address"),
                exportPort(
                                "{ name: a, port: 80, protocol: tcp, target: 'h:1', host: target }",
                                "[0].host",
                                "of use only with protocol http")
                        .notBySchema(),
                exportPort(
                                "{ name: a, port: 80, protocol: tcp, target: 'h:1', via: false }",
                                "[0].via",
                                "of use only with protocol http")
                        .notBySchema(),
                exportPort(
                        "{ name: a, port: 80, protocol: http, target: [ 'h:1', 'h:1' ] }",
                        "[0].target[1]",
                        "the same target as exports[0].ports[0].target[0]"),
                exportPort(
                                "{ name: a, port: 80, protocol: http, target: 'h:1' }, { name: b, port: 80, protocol: tcp, target: 'h:1' }",
                                "[1]",
                                "the same port as exports[0].ports[0]")
                        .notBySchema(),
                exportPort(
                                "{ name: a, port: 80, protocol: http, target: 'h:1' }, { name: a, port: 81, protocol: tcp, target: 'h:1' }",
                                "[1]",
                                "the same name as exports[0].ports[0]")
                        .notBySchema(),
                bridge("subscribe: mine", "subscribe", "'mine' is not all or imports"),
                bridge(
                                "subscribe: imports\nlisten: [ 'tls://0.0.0.0:7443' ]",
                                "subscribe",
                                "a bridge that listens passes on all exports, and so needs all")
                        .notBySchema(),
                bridge(services(20_001, 1), "exports", "20001 services, at most 20000"),
                bridge(services(1_251, 32), "exports", "40032 ports in all services, at most 40000")
                        .notBySchema(),
                bridge(
                        "exports: [ { service: orders, ports: [ { name: x, port: 1, protocol: tcp, target: 'h:1' } ] } ]",
                        "exports[0].service",
                        "'orders' lacks its namespace"),
                bridge(
                                "exports: [ { service: a/b, ports: [ { name: x, port: 1, protocol: tcp, target: 'h:1' } ] },"
                                        + " { service: a/b, ports: [ { name: y, port: 2, protocol: tcp, target: 'h:1' } ] } ]",
                                "exports[1]",
                                "the same service as exports[0]")
                        .notBySchema(),
                importPort("{ port: 80 }", "[0].listen", "missing"),
                importPort("{ port: 80, listen: '19000' }", "[0].listen", "'19000' lacks a port"),
                importPort("{ port: 80, listen: '::1:19000' }", "[0].listen", "'::1:19000' is ambiguous"),
                importPort("{ port: 80, listen: '[::g]:19000' }", "[0].listen", "'::g' is not an IPv6 address"),
                importPort(
                        "{ port: 80, listen: '127.0.0.1:19000', protocol: udp }",
                        "[0].protocol",
                        "'udp' is not http or tcp"),
                importPort(
                                "{ port: 80, listen: '127.0.0.1:1' }, { port: 80, listen: '127.0.0.1:2' }",
                                "[1]",
                                "the same port as imports[0].ports[0]")
                        .notBySchema(),
                importPort(
                                "{ port: 80, listen: '127.0.0.1:1' }, { port: 81, listen: '0.0.0.0:1' }",
                                "[1].listen",
                                "0.0.0.0:1 is taken already by imports[0].ports[0].listen (127.0.0.1:1)")
                        .notBySchema(),
                bridge(
                                "exports: [ { service: a/b, ports: [ { name: x, port: 1, protocol: tcp, target: 'localhost:9' } ] } ]\n"
                                        + "imports: [ { service: a/b, ports: [ { port: 1, listen: '127.0.0.1:9' } ] } ]",
                                "exports",
                                "localhost:9, a target of a/b, is where this bridge takes calls to it")
                        .notBySchema(),
                relay(
                                "admin: { listen: '[::]:7443' }",
                                "admin.listen",
                                "[::]:7443 is taken already by listen[0] (0.0.0.0:7443)")
                        .notBySchema(),
                relay(
                                "listen: [ 'tls://[::1]:7443', 'wss://[::1]:7443' ]",
                                "listen[1]",
                                "[::1]:7443 is taken already by listen[0]")
                        .notBySchema(),
                bridge("admin: {}", "admin.listen", "missing"),
                bridge(
                        "log: { level: verbose }",
                        "log.level",
                        "'verbose' is not error or warn or info or debug or trace"),
                bridge("log: { format: xml }", "log.format", "'xml' is not text or json"),
                bridge("accessLog: { path: '' }", "accessLog.path", "the path is empty"),
                bridge("accessLog: { path: 7 }", "accessLog.path", "expected text, found a whole number"),
                bridge("accessLog: { query: 'yes' }", "accessLog.query", "expected true or false, found text"),
                bridge("tracing: {}", "tracing.endpoint", "missing"),
                bridge("tracing: { endpoint: 'c:4318' }", "tracing.endpoint", "not the URL of a collector"),
                bridge("tracing: { endpoint: 'http://u:p@c' }", "tracing.endpoint", "a collector's URL holds no user"),
                bridge("tracing: { endpoint: 'http://c?x' }", "tracing.endpoint", "not the URL of a collector"),
                bridge(
                        "tracing: { endpoint: 'http://c', sampleRatio: 1.1 }",
                        "tracing.sampleRatio",
                        "1.1 is not between 0.0 and 1.0"),
                bridge(
                        "tracing: { endpoint: 'http://c', sampleRatio: all }",
                        "tracing.sampleRatio",
                        "expected a number, found text"),
                bridge("eventLoops: 0", "eventLoops", "0 is not between 1 and 256"),
                bridge("eventLoops: 257", "eventLoops", "257 is not between 1 and 256"),
                bridge("eventLoops: two", "eventLoops", "expected a whole number, found text"),
                limits("chanel: {}", "chanel", "unknown key; did you mean 'channel'?"),
                limits("budget: 0", "budget", "0 is not between 1 and 1099511627776"),
                limits("budget: 128MB", "budget", "'128MB' is not a size"),
                limits("budget: 1.5", "budget", "expected a size like 64KiB, found a decimal number"),
                limits("drainTimeout: 10", "drainTimeout", "expected a duration like 10s, found a whole number"),
                limits("drainTimeout: 10d", "drainTimeout", "'10d' is not a duration"),
                limits("drainTimeout: 169h", "drainTimeout", "'169h' is longer than 168h")
                        .notBySchema(),
                limits("channel: { reorderWindow: 0 }", "channel.reorderWindow", "0 is not between 1 and 65536"),
                limits(
                        "channel: { maxStreams: 1000001 }",
                        "channel.maxStreams",
                        "1000001 is not between 1 and 1000000"),
                limits("link: { maxAccepted: 0 }", "link.maxAccepted", "0 is not between 1 and 1000000"),
                limits("link: { maxGreeting: 0 }", "link.maxGreeting", "0 is not between 1 and 1000000"),
                limits("link: { maxGreetingPerSource: 0 }", "link.maxGreetingPerSource", "0 is not between"),
                limits("call: { maxConnectionsPerListener: 0 }", "call.maxConnectionsPerListener", "0 is not between"),
                limits("call: { retryBudget: 101 }", "call.retryBudget", "101 is not between 0 and 100"),
                limits("call: { retryBudget: -1 }", "call.retryBudget", "-1 is not between 0 and 100"),
                limits("call: { maxHeaderSize: 2MiB }", "call.maxHeaderSize", "2MiB is not between 1KiB and 240KiB")
                        .notBySchema(),
                limits(
                                "call: { maxRequestLineSize: 32KiB, maxHeaderSize: 16KiB }",
                                "call.maxRequestLineSize",
                                "32KiB must not exceed limits.call.maxHeaderSize (16KiB)")
                        .notBySchema(),
                limits(
                                "call: { maxRequestLineSize: 65KiB, maxHeaderSize: 128KiB }",
                                "call.maxRequestLineSize",
                                "65KiB is")
                        .notBySchema(),
                limits(
                                "call: { maxHeaderSize: 33KiB }, stream: { window: 64KiB }, channel: { window: 128KiB }",
                                "call.maxHeaderSize",
                                "33KiB must not exceed a quarter of limits.channel.window (128KiB)")
                        .notBySchema(),
                limits(
                                "link: { keepaliveInterval: 12s, deadAfter: 15s }, channel: { deadAfter: 11s }",
                                "link.keepaliveInterval",
                                "12s must be below limits.channel.deadAfter (11s)")
                        .notBySchema(),
                limits(
                                "route: { pauseAbove: 60KiB, resumeBelow: 1KiB }",
                                "route.pauseAbove",
                                "60KiB is less than one packet may hold, 64KiB")
                        .notBySchema(),
                limits("stream: { window: 1KiB }", "stream.window", "1KiB is not between 16KiB and 1GiB")
                        .notBySchema(),
                limits(
                                "stream: { window: 128MiB }",
                                "stream.window",
                                "128MiB must not exceed limits.channel.window (64MiB)")
                        .notBySchema(),
                limits("channel: { window: 256MiB }", "channel.window", "256MiB must not exceed limits.budget (128MiB)")
                        .notBySchema(),
                limits("channel: { window: 32KiB }", "channel.window", "32KiB is not between 64KiB and 1GiB")
                        .notBySchema(),
                limits(
                                "channel: { deadAfter: 2s }",
                                "channel.keepaliveInterval",
                                "2s must be below limits.channel.deadAfter (2s)")
                        .notBySchema(),
                limits(
                                "channel: { gapTimeout: 11s }",
                                "channel.gapTimeout",
                                "11s must not exceed limits.channel.deadAfter (3s)")
                        .notBySchema(),
                limits(
                                "link: { deadAfter: 1s }",
                                "link.keepaliveInterval",
                                "2s must be below limits.link.deadAfter (1s)")
                        .notBySchema(),
                limits(
                                "link: { reconnectBackoffMin: 16s }",
                                "link.reconnectBackoffMin",
                                "16s must not exceed limits.link.reconnectBackoffMax (15s)")
                        .notBySchema(),
                limits(
                                "route: { resumeBelow: 1MiB }",
                                "route.resumeBelow",
                                "1MiB must be below limits.route.pauseAbove (1MiB)")
                        .notBySchema(),
                limits(
                                "route: { pauseAbove: 4MiB }",
                                "route.pauseAbove",
                                "4MiB must be below limits.route.linkQueue (4MiB)")
                        .notBySchema(),
                limits(
                                "route: { linkQueue: 512MiB }",
                                "route.linkQueue",
                                "512MiB must not exceed limits.route.budget (256MiB)")
                        .notBySchema(),
                limits(
                                "registry: { refresh: 30s }",
                                "registry.refresh",
                                "30s must be below limits.registry.expiry (30s)")
                        .notBySchema(),
                limits("registry: { budget: 1 }", "registry.budget", "1 is not between 1MiB and 1GiB")
                        .notBySchema());
    }
}
