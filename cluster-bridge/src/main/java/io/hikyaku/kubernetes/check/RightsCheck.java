package io.hikyaku.kubernetes.check;

import io.hikyaku.config.BridgeConfig;
import io.hikyaku.config.kubernetes.CrdInstall;
import io.hikyaku.config.kubernetes.KubernetesConfig;
import io.hikyaku.kubernetes.inspect.RawApi;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Whether a service account may do what its program needs, as the API server itself says.
final class RightsCheck {
    private static final String REVIEWS = "/apis/authorization.k8s.io/v1/";
    private static final String MCS = "multicluster.x-k8s.io";
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<Right> SERVED = List.of(
            Right.of("", "services", "list watch create patch delete"),
            Right.of("discovery.k8s.io", "endpointslices", "list watch create patch delete"),
            Right.of(MCS, "serviceexports", "list watch"),
            Right.of(MCS, "serviceexports/status", "patch"),
            Right.of(MCS, "serviceimports", "list watch create patch delete"),
            Right.of(MCS, "serviceimports/status", "patch"),
            Right.of("", "pods", "list watch"),
            Right.of("", "events", "create"));
    private static final Right NAMESPACES = Right.of("", "namespaces", "list watch");
    private static final Right LEASES = Right.of("coordination.k8s.io", "leases", "get create update patch");
    private static final Right DEFINITIONS = Right.of("apiextensions.k8s.io", "customresourcedefinitions", "create");

    /// Verbs on a resource.
    record Right(String group, String resource, List<String> verbs) {
        static Right of(String group, String resource, String verbs) {
            return new Right(group, resource, List.of(verbs.split(" ")));
        }
    }

    private RightsCheck() {}

    static List<CheckResult> look(CheckedCluster cluster) throws IOException {
        String account = cluster.namespace() + ":" + cluster.serviceAccount();
        String check = "rights of " + account.replace(':', '/');
        Optional<KubernetesConfig> kubernetes = cluster.config().flatMap(BridgeConfig::kubernetes);
        if (cluster.config().isPresent() && kubernetes.isEmpty()) {
            return List.of(CheckResult.skipped(
                    check, "this bridge has no Kubernetes side", "set kubernetes in its configuration"));
        }
        List<String> namespaces = kubernetes.map(KubernetesConfig::namespaces).orElse(List.of());
        List<String> lacking = new ArrayList<>();
        try {
            for (String namespace : namespaces.isEmpty() ? List.of("") : namespaces) {
                for (Right right : SERVED) {
                    lacking.addAll(lacking(cluster.api(), account, namespace, right));
                }
            }
            if (namespaces.isEmpty()) {
                lacking.addAll(lacking(cluster.api(), account, "", NAMESPACES));
            }
            lacking.addAll(lacking(cluster.api(), account, cluster.namespace(), LEASES));
            if (kubernetes.map(KubernetesConfig::crds).orElse(CrdInstall.IF_MISSING_OR_OLDER) != CrdInstall.NEVER
                    && !lacking(cluster.api(), account, "", DEFINITIONS).isEmpty()) {
                return List.of(
                        result(check, lacking),
                        CheckResult.warn(
                                "rights to install the API",
                                "may not create CustomResourceDefinitions",
                                "install those by hand and set kubernetes.crds: never, or grant it (rbac.create)"));
            }
        } catch (RawApi.Forbidden unasked) {
            return List.of(CheckResult.skipped(
                    check,
                    "you may not ask what others may do",
                    "ask with an identity that may create subjectaccessreviews, or as that service account"));
        }
        return List.of(result(check, lacking));
    }

    private static CheckResult result(String check, List<String> lacking) {
        return lacking.isEmpty()
                ? CheckResult.ok(check, "all that a bridge needs")
                : CheckResult.fail(
                        check,
                        "may not " + String.join("; ", lacking),
                        "helm upgrade with rbac.create=true, or apply what hikyaku kube manifests prints");
    }

    /// What of it is not granted, in words.
    ///
    /// @param account `namespace:name` of a service account
    /// @param namespace empty: in all of them, or of a resource that has none
    /// @throws RawApi.Forbidden if neither may be asked: what others may, or as that account
    static List<String> lacking(RawApi api, String account, String namespace, Right right) throws IOException {
        List<String> verbs = new ArrayList<>();
        for (String verb : right.verbs()) {
            if (!isGranted(api, "system:serviceaccount:" + account, namespace, right, verb)) {
                verbs.add(verb);
            }
        }
        return verbs.isEmpty()
                ? List.of()
                : List.of(String.join(", ", verbs) + " " + right.resource()
                        + (namespace.isEmpty() ? "" : " in " + namespace));
    }

    private static boolean isGranted(RawApi api, String user, String namespace, Right right, String verb)
            throws IOException {
        ObjectNode spec = JSON.createObjectNode();
        String[] resource = right.resource().split("/", 2);
        ObjectNode attributes = spec.putObject("resourceAttributes");
        attributes.put("group", right.group()).put("resource", resource[0]).put("verb", verb);
        attributes.put("subresource", resource.length > 1 ? resource[1] : "");
        attributes.put("namespace", namespace);
        try {
            ObjectNode other = spec.deepCopy().put("user", user);
            String[] account = user.split(":");
            other.putArray("groups")
                    .add("system:serviceaccounts")
                    .add("system:serviceaccounts:" + account[2])
                    .add("system:authenticated");
            return review(api, "SubjectAccessReview", "subjectaccessreviews", other);
        } catch (RawApi.Forbidden refused) {
            if (!isSelf(api, user)) {
                throw refused;
            }
            return review(api, "SelfSubjectAccessReview", "selfsubjectaccessreviews", spec);
        }
    }

    private static boolean review(RawApi api, String kind, String path, ObjectNode spec) throws IOException {
        ObjectNode review = JSON.createObjectNode();
        review.put("apiVersion", "authorization.k8s.io/v1").put("kind", kind);
        review.set("spec", spec);
        return api.post(REVIEWS + path, review).at("/status/allowed").asBoolean(false);
    }

    private static boolean isSelf(RawApi api, String user) throws IOException {
        ObjectNode review = JSON.createObjectNode();
        review.put("apiVersion", "authentication.k8s.io/v1").put("kind", "SelfSubjectReview");
        return api.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", review)
                .at("/status/userInfo/username")
                .asString("")
                .equals(user);
    }
}
