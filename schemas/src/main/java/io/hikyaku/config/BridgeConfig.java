package io.hikyaku.config;

import static java.util.stream.Collectors.groupingBy;

import io.hikyaku.config.kubernetes.KubernetesConfig;
import io.hikyaku.config.limits.BridgeLimits;
import io.hikyaku.config.service.ExportReading;
import io.hikyaku.config.service.ImportReading;
import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.config.value.Rules;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.config.yaml.Listeners;
import io.hikyaku.config.yaml.Reading;
import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;
import io.hikyaku.config.yaml.Setting.Identity;
import io.hikyaku.service.Export;
import io.hikyaku.service.Import;
import io.hikyaku.wire.registry.NodeDocument;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// The configuration of a bridge, as its file has it.
///
/// @param mesh a DNS-1123 label
/// @param cluster a DNS-1123 label, the same as in the identity's certificate
/// @param links may be empty only when others dial this bridge, see `listen`
/// @param listen where links of others are accepted: this cluster is a hub. Empty: it never forwards
/// @param exports at most 20,000 services with 40,000 ports
/// @param transit clusters that may carry others' packets and announce routes, as relays do
/// @param kubernetes empty: it has nothing to do with any API server
/// @param admin empty: no admin server
/// @param accessLog empty: none is written
/// @param tracing empty: traces of callers are passed on, and no span is added
/// @param subscribe which exports of others it is told about over links
/// @param eventLoops threads that carry calls, 1 to 256
public record BridgeConfig(
        String mesh,
        String cluster,
        IdentityConfig identity,
        List<LinkConfig> links,
        List<LinkUrl> listen,
        List<String> transit,
        List<Export> exports,
        List<Import> imports,
        Optional<KubernetesConfig> kubernetes,
        Optional<AdminConfig> admin,
        LogConfig log,
        Optional<AccessLogConfig> accessLog,
        Optional<TracingConfig> tracing,
        Subscribe subscribe,
        int eventLoops,
        BridgeLimits limits) {

    public BridgeConfig {
        links = List.copyOf(links);
        listen = List.copyOf(listen);
        transit = List.copyOf(transit);
        exports = List.copyOf(exports);
        imports = List.copyOf(imports);
        int ports = exports.stream().mapToInt(export -> export.ports().size()).sum();
        Optional<String> circle = circle(exports, imports);
        new Rules()
                .require(
                        exports.size() <= NodeDocument.MAX_EXPORTS,
                        exports.size() + " services, at most " + NodeDocument.MAX_EXPORTS,
                        "exports")
                .require(
                        ports <= NodeDocument.MAX_PORTS,
                        ports + " ports in all services, at most " + NodeDocument.MAX_PORTS,
                        "exports")
                .require(circle.isEmpty(), circle.orElse(""), "exports", "imports")
                .require(
                        !links.isEmpty() || !listen.isEmpty(),
                        "no way to the other clusters: give one link at least, or listen for theirs",
                        "links",
                        "listen")
                .require(
                        subscribe == Subscribe.ALL || listen.isEmpty(),
                        "a bridge that listens passes on all exports, and so needs all",
                        "subscribe",
                        "listen")
                .require(
                        subscribe == Subscribe.ALL || kubernetes.isEmpty(),
                        "what others export is imported into Kubernetes, and so all is needed",
                        "subscribe",
                        "kubernetes")
                .range("eventLoops", eventLoops, 1, EventLoopCount.MAX)
                .enforce();
    }

    /// What is wrong with an export whose target is where this bridge itself takes calls to the same service.
    private static Optional<String> circle(List<Export> exports, List<Import> imports) {
        Map<ServiceName, List<Import>> byName = imports.stream().collect(groupingBy(Import::service));
        return exports.stream()
                .flatMap(export -> byName.getOrDefault(export.service(), List.of()).stream()
                        .flatMap(imported -> circle(export, imported)))
                .findFirst();
    }

    private static Stream<String> circle(Export export, Import imported) {
        return export.ports().stream()
                .flatMap(exported -> imported.ports().stream()
                        .filter(offered -> offered.port() == exported.port())
                        .flatMap(offered -> exported.target().stream()
                                .filter(target -> Listeners.reaches(target.address(), offered.listen()))
                                .map(target -> target + ", a target of " + export.service()
                                        + ", is where this bridge takes calls to it: they would go in a circle")));
    }

    /// The link over Kafka, if there is one.
    public Optional<KafkaLink> kafka() {
        return links.stream()
                .filter(KafkaLink.class::isInstance)
                .map(KafkaLink.class::cast)
                .findFirst();
    }

    /// The relays to dial.
    public List<LinkUrl> relays() {
        return links.stream()
                .filter(RelayLink.class::isInstance)
                .map(link -> ((RelayLink) link).relay())
                .toList();
    }

    /// Reads a file, or throws [ConfigException] with everything that is wrong in it.
    public static BridgeConfig read(Path file) {
        return Reading.file(file, BridgeConfig::read);
    }

    public static BridgeConfig read(Setting setting) {
        Section section = setting.section();
        var mesh = section.required("mesh", Setting::name);
        var cluster = section.required("cluster", Setting::name);
        var identity = section.required("identity", IdentityConfig::read);
        var links = section.optional(
                "links",
                value -> value.list(
                        LinkConfig::read,
                        new Identity<>("the same relay as", LinkConfig::relay),
                        new Identity<>("Kafka a second time; first in", LinkConfig::kafka)),
                List.<LinkConfig>of());
        var listen = section.optional("listen", value -> value.list(Setting::listenUrl), List.<LinkUrl>of());
        var transit = section.optional(
                "transit",
                value -> value.list(Setting::name, new Identity<>("the same cluster as", Function.identity())),
                List.<String>of());
        var exports = section.optional(
                "exports",
                value -> value.list(ExportReading::export, new Identity<>("the same service as", Export::service)),
                List.<Export>of());
        var imports = section.optional(
                "imports",
                value -> value.list(ImportReading::imported, new Identity<>("the same service as", Import::service)),
                List.<Import>of());
        var kubernetes = section.optional("kubernetes", KubernetesConfig::read);
        var admin = section.optional("admin", AdminConfig::read);
        var log = section.optional("log", LogConfig::read, LogConfig.DEFAULTS);
        var accessLog = section.optional("accessLog", AccessLogConfig::read);
        var tracing = section.optional("tracing", TracingConfig::read);
        var subscribe = section.optional("subscribe", value -> value.choice(Subscribe.class), Subscribe.ALL);
        var eventLoops = section.optional("eventLoops", EventLoopCount::read, EventLoopCount.available());
        var limits = section.optional("limits", BridgeLimits::read, BridgeLimits.DEFAULTS);
        return section.build(() -> new BridgeConfig(
                mesh.get(),
                cluster.get(),
                identity.get(),
                links,
                listen,
                transit,
                exports,
                imports,
                kubernetes,
                admin,
                log,
                accessLog,
                tracing,
                subscribe,
                eventLoops,
                limits));
    }
}
