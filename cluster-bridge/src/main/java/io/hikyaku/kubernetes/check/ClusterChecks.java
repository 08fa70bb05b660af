package io.hikyaku.kubernetes.check;

import io.hikyaku.config.BridgeConfig;
import io.hikyaku.config.yaml.ConfigException;
import io.hikyaku.kubernetes.inspect.BridgeInstall;
import io.hikyaku.kubernetes.inspect.BridgePod;
import io.hikyaku.kubernetes.inspect.KubeTarget;
import io.hikyaku.kubernetes.inspect.RawApi;
import io.hikyaku.status.NodeStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// All checks, in the order in which one trouble brings about the next.
public final class ClusterChecks {
    static final String BRIDGE = "bridge";

    private final RawApi api;
    private final String namespace;
    private final List<CheckResult> results = new ArrayList<>();

    /// One thing to look at.
    private interface Check {
        List<CheckResult> look(CheckedCluster cluster) throws IOException;
    }

    private ClusterChecks(RawApi api, String namespace) {
        this.api = api;
        this.namespace = namespace;
    }

    /// @param file the bridge's configuration; empty: that in its ConfigMap
    /// @param version of this program
    /// @throws ConfigException if the file is no configuration of a bridge
    /// @throws IOException if it is not known where the API server is
    public static List<CheckResult> run(KubeTarget target, Optional<Path> file, String version) throws IOException {
        Optional<BridgeConfig> config = file.map(BridgeConfig::read);
        try (RawApi api = RawApi.open(target, version)) {
            return new ClusterChecks(api, target.namespace().orElse("hikyaku")).run(config);
        }
    }

    /// The Corefile of the cluster as it has to be.
    ///
    /// @throws IOException if the cluster has none
    public static String correctedCorefile(KubeTarget target, String version) throws IOException {
        try (RawApi api = RawApi.open(target, version)) {
            return DnsCheck.corefile(api)
                    .map(Corefile::corrected)
                    .orElseThrow(() -> new IOException("there is no ConfigMap with a Corefile in kube-system"));
        }
    }

    private List<CheckResult> run(Optional<BridgeConfig> given) {
        results.add(ApiServerCheck.look(api));
        if (results.getFirst().verdict() == CheckResult.Verdict.FAIL) {
            return results;
        }
        Optional<BridgeInstall> install = install();
        Optional<BridgeConfig> config = given.or(() -> install.flatMap(this::config));
        CheckedCluster cluster = new CheckedCluster(api, namespace, install, config, statuses(install), Instant.now());
        look("definitions", DefinitionsCheck::look, cluster);
        look("rights", RightsCheck::look, cluster);
        look("DNS", DnsCheck::look, cluster);
        look("network policies", PolicyCheck::look, cluster);
        if (install.isPresent()) {
            look("pods", PodsCheck::look, cluster);
            look("identity", IdentityCheck::look, cluster);
        }
        look("links", ReachCheck::look, cluster);
        return results;
    }

    private void look(String what, Check check, CheckedCluster cluster) {
        try {
            results.addAll(check.look(cluster));
        } catch (RawApi.Forbidden refused) {
            results.add(CheckResult.skipped(
                    what, String.valueOf(refused.getMessage()), "ask with an identity that may read this"));
        } catch (IOException failed) {
            results.add(CheckResult.skipped(what, String.valueOf(failed.getMessage()), "run the check again"));
        }
    }

    private Optional<BridgeInstall> install() {
        try {
            Optional<BridgeInstall> install = BridgeInstall.find(api, namespace);
            results.add(install.map(found ->
                            CheckResult.ok(BRIDGE, "Deployment " + found.name() + " in namespace " + namespace))
                    .orElseGet(() -> CheckResult.fail(
                            BRIDGE,
                            "there is no bridge in namespace " + namespace,
                            "install one (helm install, or hikyaku kube manifests), or name its --namespace")));
            return install;
        } catch (IOException refused) {
            results.add(CheckResult.skipped(
                    BRIDGE,
                    String.valueOf(refused.getMessage()),
                    "ask with an identity that may read Deployments and Pods in " + namespace));
            return Optional.empty();
        }
    }

    private Optional<BridgeConfig> config(BridgeInstall install) {
        try {
            return install.config(api);
        } catch (ConfigException wrong) {
            results.add(CheckResult.fail(
                    "configuration",
                    wrong.findings().getFirst().toString(),
                    "correct the bridge.yaml of the ConfigMap " + wrong.file().getFileName()));
        } catch (IOException refused) {
            results.add(CheckResult.skipped(
                    "configuration", String.valueOf(refused.getMessage()), "give the file with --config"));
        }
        return Optional.empty();
    }

    private Map<String, NodeStatus> statuses(Optional<BridgeInstall> install) {
        Map<String, NodeStatus> statuses = new TreeMap<>();
        List<BridgePod> pods = install.map(BridgeInstall::pods).orElse(List.of()).stream()
                .filter(BridgePod::isReady)
                .toList();
        for (BridgePod pod : pods) {
            try {
                statuses.put(pod.name(), pod.status(api));
            } catch (IOException silent) {
                results.add(CheckResult.skipped(
                        "status of " + pod.name(),
                        String.valueOf(silent.getMessage()),
                        "kubectl -n " + namespace + " port-forward pod/" + pod.name() + " 9400, then hikyaku status"));
            }
        }
        return statuses;
    }
}
