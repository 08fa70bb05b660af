package io.hikyaku.kubernetes.check;

import io.hikyaku.kubernetes.check.Corefile.Trouble;
import io.hikyaku.kubernetes.inspect.RawApi;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// Whether pods find `<service>.<namespace>.svc.clusterset.local`: through CoreDNS, its version, its configuration and
/// its rights.
final class DnsCheck {
    private static final String DNS = "DNS";
    private static final String EMPTY = "DNS of services without bridges";
    private static final String VERSION = "CoreDNS version";
    private static final String RIGHTS = "CoreDNS rights";
    private static final String SYSTEM = "/namespaces/kube-system/";
    /// Of an image's tag, with what vendors put around it.
    private static final Pattern TAG = Pattern.compile(".*:v?(\\d{1,4})\\.(\\d{1,4})\\.(\\d{1,4})\\b[^/]*");
    /// The first release with the option `multicluster`.
    private static final int[] OLDEST = {1, 12, 2};
    private static final RightsCheck.Right READS =
            RightsCheck.Right.of("multicluster.x-k8s.io", "serviceimports", "list watch");
    private static final String OTHER_WAYS = "set kubernetes.alias: true, which gives each imported service a Service"
            + " of its own name, or have your DNS forward clusterset.local to a CoreDNS 1.12.2 or later that"
            + " serves it";

    private DnsCheck() {}

    /// The one of kube-system: of the ConfigMap `coredns`, or of another that holds one.
    static Optional<Corefile> corefile(RawApi api) throws IOException {
        Optional<JsonNode> usual =
                api.get("/api/v1" + SYSTEM + "configmaps/coredns").filter(DnsCheck::hasCorefile);
        if (usual.isEmpty()) {
            usual = api.list("/api/v1" + SYSTEM + "configmaps", "").stream()
                    .filter(DnsCheck::hasCorefile)
                    .findFirst();
        }
        return usual.map(map -> Corefile.of(map.at("/data/Corefile").asString("")));
    }

    private static boolean hasCorefile(JsonNode map) {
        return !map.at("/data/Corefile").asString("").isEmpty();
    }

    static List<CheckResult> look(CheckedCluster cluster) throws IOException {
        Optional<Corefile> corefile = corefile(cluster.api());
        if (corefile.isEmpty()) {
            return List.of(
                    cluster.hasAliases()
                            ? CheckResult.ok(DNS, "no CoreDNS, and imported services have Services of their own names")
                            : CheckResult.warn(
                                    DNS,
                                    "there is no Corefile in kube-system, so this cluster's DNS is no CoreDNS, or a"
                                            + " hidden one",
                                    OTHER_WAYS));
        }
        List<CheckResult> results = new ArrayList<>(of(corefile.get(), cluster.hasAliases()));
        Optional<JsonNode> deployment = deployment(cluster.api());
        results.add(version(
                deployment
                        .map(object -> object.at("/spec/template/spec/containers/0/image")
                                .asString(""))
                        .orElse(""),
                cluster.hasAliases()));
        String account = deployment
                .map(object ->
                        object.at("/spec/template/spec/serviceAccountName").asString("coredns"))
                .orElse("coredns");
        results.add(rights(cluster, account));
        return results;
    }

    static List<CheckResult> of(Corefile corefile, boolean aliases) {
        Set<Trouble> troubles = corefile.troubles();
        List<CheckResult> results = new ArrayList<>();
        if (troubles.remove(Trouble.EMPTY_IGNORED)) {
            results.add(CheckResult.warn(
                    EMPTY,
                    Trouble.EMPTY_IGNORED.toString(),
                    "remove ignore empty_service from the Corefile, see hikyaku kube check --print-corefile"));
        }
        if (troubles.isEmpty()) {
            results.add(CheckResult.ok(DNS, "the Corefile serves " + Corefile.ZONE));
            return results;
        }
        String found = troubles.stream().map(Trouble::toString).collect(Collectors.joining("; "));
        String mend = troubles.contains(Trouble.NO_PLUGIN)
                ? OTHER_WAYS
                : troubles.contains(Trouble.ELSEWHERE)
                        ? "remove the other block if that is not meant, and see hikyaku kube check --print-corefile"
                        : "put what hikyaku kube check --print-corefile prints into the ConfigMap, then kubectl -n"
                                + " kube-system rollout restart deployment coredns";
        results.add(aliases ? CheckResult.warn(DNS, found, mend) : CheckResult.fail(DNS, found, mend));
        return results;
    }

    private static Optional<JsonNode> deployment(RawApi api) throws IOException {
        Optional<JsonNode> usual = api.get("/apis/apps/v1" + SYSTEM + "deployments/coredns");
        return usual.isPresent()
                ? usual
                : api.list("/apis/apps/v1" + SYSTEM + "deployments", "labelSelector=k8s-app%3Dkube-dns").stream()
                        .findFirst();
    }

    static CheckResult version(String image, boolean aliases) {
        Matcher tag = TAG.matcher(image);
        if (!tag.matches()) {
            return CheckResult.skipped(
                    VERSION,
                    image.isEmpty() ? "there is no Deployment coredns" : "the image does not say: " + image,
                    "see that CoreDNS is 1.12.2 or later");
        }
        for (int part = 0; part < OLDEST.length; part++) {
            int number = Integer.parseInt(tag.group(part + 1));
            if (number > OLDEST[part]) {
                break;
            }
            if (number < OLDEST[part]) {
                String mend = "upgrade CoreDNS to 1.12.2 or later before the Corefile is changed; or " + OTHER_WAYS;
                String found = image + " does not know " + Corefile.ZONE;
                return aliases ? CheckResult.warn(VERSION, found, mend) : CheckResult.fail(VERSION, found, mend);
            }
        }
        return CheckResult.ok(VERSION, image);
    }

    private static CheckResult rights(CheckedCluster cluster, String account) throws IOException {
        try {
            List<String> lacking = RightsCheck.lacking(cluster.api(), "kube-system:" + account, "", READS);
            String found = "may not " + String.join("; ", lacking);
            String mend = "kubectl create clusterrole coredns-mcs --verb=list,watch"
                    + " --resource=serviceimports.multicluster.x-k8s.io && kubectl create clusterrolebinding"
                    + " coredns-mcs"
                    + " --clusterrole=coredns-mcs --serviceaccount=kube-system:" + account;
            if (lacking.isEmpty()) {
                return CheckResult.ok(RIGHTS, "may read ServiceImports");
            }
            return cluster.hasAliases() ? CheckResult.warn(RIGHTS, found, mend) : CheckResult.fail(RIGHTS, found, mend);
        } catch (RawApi.Forbidden unasked) {
            return CheckResult.skipped(
                    RIGHTS,
                    "you may not ask what others may do",
                    "ask with an identity that may create subjectaccessreviews");
        }
    }
}
