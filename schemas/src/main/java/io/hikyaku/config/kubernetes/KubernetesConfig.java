package io.hikyaku.config.kubernetes;

import io.hikyaku.config.value.HostPort;
import io.hikyaku.config.value.Rules;
import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;
import io.hikyaku.config.yaml.Setting.Identity;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The bridge's Kubernetes side: it exports what has a ServiceExport, and offers what others export as ServiceImports.
///
/// @param kubeconfig a file; empty: the pod's own service account
/// @param context of the kubeconfig; empty: its current one
/// @param namespaces whose services take part; empty: all
/// @param namespace where the bridge's own objects are; empty: the pod's own, or the context's
/// @param service a Service in `namespace` that selects the bridge's pods; traffic for imported services goes to them
/// @param addresses in the place of `service`: where pods reach this bridge, which runs outside of pods
/// @param listen the address that the listeners of imported services are bound to
/// @param ports of these listeners
/// @param alias whether an imported service also gets a Service of its own name, where there is none
/// @param crds whether the definitions of ServiceExport and ServiceImport are installed
public record KubernetesConfig(
        Optional<Path> kubeconfig,
        Optional<String> context,
        List<String> namespaces,
        Optional<String> namespace,
        Optional<String> service,
        List<String> addresses,
        String listen,
        PortRange ports,
        boolean alias,
        CrdInstall crds) {
    private static final String EVERY_ADDRESS = "0.0.0.0";
    private static final PortRange PORTS = new PortRange(20_000, 29_999);

    public KubernetesConfig {
        namespaces = List.copyOf(namespaces);
        addresses = List.copyOf(addresses);
        new Rules()
                .require(
                        service.isPresent() == addresses.isEmpty(),
                        "pods have to reach this bridge: give either service or addresses",
                        "service",
                        "addresses")
                .require(context.isEmpty() || kubeconfig.isPresent(), "of use only with kubeconfig", "context")
                .enforce();
    }

    public static KubernetesConfig read(Setting setting) {
        Section section = setting.section();
        var kubeconfig = section.optional("kubeconfig", Setting::file);
        var context = section.optional("context", Setting::text);
        var namespaces = section.optional(
                "namespaces",
                value -> value.list(Setting::name, new Identity<>("the same namespace as", Function.identity())),
                List.<String>of());
        var namespace = section.optional("namespace", Setting::name);
        var service = section.optional("service", Setting::name);
        var addresses = section.optional(
                "addresses",
                value -> value.list(
                        item -> item.parsed(KubernetesConfig::checkAddress),
                        new Identity<>("the same address as", Function.identity())),
                List.<String>of());
        var listen = section.optional("listen", value -> value.parsed(KubernetesConfig::checkAddress), EVERY_ADDRESS);
        var ports = section.optional("ports", value -> value.parsed(PortRange::parse), PORTS);
        var alias = section.optional("alias", Setting::flag, false);
        var crds = section.optional("crds", value -> value.choice(CrdInstall.class), CrdInstall.IF_MISSING_OR_OLDER);
        return section.build(() -> new KubernetesConfig(
                kubeconfig, context, namespaces, namespace, service, addresses, listen, ports, alias, crds));
    }

    private static String checkAddress(String text) {
        if (!new HostPort(text, 0).isLiteral()) {
            throw new IllegalArgumentException("'" + text + "' is not an IP address");
        }
        return text;
    }
}
