package io.hikyaku.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.cli.Hikyaku;
import io.hikyaku.cli.Subcommand;
import io.hikyaku.cli.VersionCommand;
import io.hikyaku.deploy.ChartTool.Finished;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// The charts, and what is made from them.
class ChartsIT {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern METRIC = Pattern.compile("\\bhikyaku_[a-z_]+");
    private static final Pattern DECLARED = Pattern.compile("\"(hikyaku[._][a-z._]+)\"");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"bridge", "relay"})
    void passesLint(String program) throws Exception {
        // When
        List<String> arguments = new ArrayList<>(List.of("lint", "--strict", ChartTool.chart(program)));
        arguments.addAll(ChartTool.required(program));
        Finished lint = ChartTool.helm(arguments.toArray(String[]::new));

        // Then
        assertEquals(0, lint.exit(), () -> lint.out() + lint.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"bridge", "relay"})
    void installsTheVersionOfThisBuild(String program) throws IOException {
        // When
        JsonNode chart = YAML.readTree(Path.of(ChartTool.chart(program), "Chart.yaml"));

        // Then
        assertEquals(VersionCommand.version(), chart.path("appVersion").asString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bridge | mesh=                              | mesh is required",
                "bridge | cluster=                           | cluster is required",
                "bridge | links=null                         | links is required: at least one relay or Kafka",
                "bridge | kubernets.enabled=false            | additional properties 'kubernets' not allowed",
                "bridge | kubernetes.namespace=shop          | additional properties 'namespace' not allowed",
                "bridge | extraConfig.lmits.budget=1MiB      | invalid propertyName 'lmits'",
                "bridge | kubernetes.ports=20000             | /kubernetes/ports",
                "bridge | kubernetes.crds=always             | /kubernetes/crds",
                "bridge | mesh=Prod                          | /mesh",
                "bridge | links[0].relay=r1:7443             | /links/0/relay",
                "bridge | resources.limits.memory=512Mi      | leaves 204 MiB (40 %) for buffers, but limits.budget",
                "bridge | extraConfig.limits.budget=1GiB     | limits.budget and limits.route.budget allow 1280 MiB",
                "bridge | rbac.clusterScoped=false           | rbac.clusterScoped=false needs kubernetes.namespaces",
                "bridge | serviceMonitor.enabled=true        | needs networkPolicy.metricsFrom",
                "bridge | cleanup.enable=false               | additional properties 'enable' not allowed",
                "bridge | identity.certManager.enabled=true  | identity.certManager.issuerRef.name is required",
                "relay  | mesh=                              | mesh is required",
                "relay  | tls.enabled=false                  | tls.enabled or wss.enabled has to be true",
                "relay  | replicas=3                         | additional properties 'replicas' not allowed",
                "relay  | service.type=External              | /service/type",
                "relay  | resources.limits.memory=512Mi      | limits.route.budget allow 256 MiB",
            })
    void refusesWhatWouldNotWorkAndSaysWhy(String program, String value, String reason) throws Exception {
        // When
        Finished finished = template(program, "--set", value);

        // Then
        assertEquals(1, finished.exit(), finished.out());
        assertTrue(finished.err().contains(reason), finished.err());
    }

    @Test
    void buffersThatJustFitAreTaken() throws Exception {
        // Given: 128 MiB + 281 MiB of the 409 MiB that are 40 % of 1 GiB
        String fits = "extraConfig.limits.route.budget=281MiB";
        String tooMuch = "extraConfig.limits.route.budget=282MiB";

        // When
        Finished taken = template("bridge", "--set", fits);
        Finished refused = template("bridge", "--set", tooMuch);

        // Then
        assertEquals(0, taken.exit(), taken.err());
        assertEquals(1, refused.exit());
    }

    @ParameterizedTest
    @ValueSource(strings = {"bridge", "relay"})
    void theSchemaKnowsAllKeysOfTheConfiguration(String program) throws IOException {
        // Given
        JsonNode configuration = JSON.readTree(ChartTool.ROOT
                .resolve("schemas/src/main/resources/io/hikyaku/config/" + program + ".schema.json")
                .toFile());
        JsonNode chart = JSON.readTree(Path.of(ChartTool.chart(program), "values.schema.json"));

        // When
        Set<String> missing = new TreeSet<>(configuration.path("properties").propertyNames());
        chart.at("/properties/extraConfig/propertyNames/enum")
                .valueStream()
                .forEach(key -> missing.remove(key.asString()));

        // Then
        assertEquals(Set.of(), missing);
    }

    @Test
    void onlyWhatNeedsARestartRestartsTheBridge() throws Exception {
        // When
        String before = checksum();
        String exporting = checksum("--set", "extraConfig.exports[0].service=shop/orders", "--set", "replicaCount=5");
        String logging = checksum("--set", "extraConfig.log.level=debug");
        String otherRelay = checksum("--set", "links[0].relay=tls://r2:7443");

        // Then
        assertEquals(before, exporting);
        assertEquals(before, logging);
        assertNotEquals(before, otherRelay);
    }

    @Test
    void certManagerIsAskedForTheIdentity() throws Exception {
        // When
        ObjectNode certificate = (ObjectNode) YAML.readTree(template(
                        "bridge",
                        "--set",
                        "identity.certManager.enabled=true,identity.certManager.issuerRef.name=mesh",
                        "--show-only",
                        "templates/certificate.yaml")
                .success());

        // Then
        assertEquals(
                "[\"spiffe://prod/cluster/tokyo\"]",
                certificate.at("/spec/uris").toString());
        assertEquals("ECDSA", certificate.at("/spec/privateKey/algorithm").asString());
        assertEquals(
                "hikyaku-bridge-identity", certificate.at("/spec/secretName").asString());
    }

    @Test
    void otherKeysOfASecretBecomeTheFilesOfAnIdentity() throws Exception {
        // When
        JsonNode items = deployment(
                        template("bridge", "--set", "identity.secretName=own,identity.keys.authority=bundle.pem")
                                .success())
                .at("/spec/template/spec/volumes/1/secret");

        // Then
        assertEquals("own", items.path("secretName").asString());
        assertEquals("bundle.pem", items.at("/items/2/key").asString());
        assertEquals("ca.crt", items.at("/items/2/path").asString());
    }

    @Test
    void sidecarsAreKeptOut() throws Exception {
        // When
        JsonNode pod = deployment(template("bridge").success()).at("/spec/template/metadata");

        // Then
        assertEquals("false", pod.path("labels").path("sidecar.istio.io/inject").asString());
        assertEquals("none", pod.path("labels").path("istio.io/dataplane-mode").asString());
        assertEquals(
                "disabled", pod.path("annotations").path("linkerd.io/inject").asString());
    }

    /// Nothing that is meant for the bridge's pods takes the pod of the hook for one of them.
    @Test
    void whatCleansUpBehindTheBridgeIsNoPartOfIt() throws Exception {
        // Given
        List<ObjectNode> objects = documents(template(
                        "bridge",
                        "--set",
                        "serviceMonitor.enabled=true,"
                                + "networkPolicy.metricsFrom[0].podSelector.matchLabels.a=b,commonLabels.team=mesh")
                .success());
        ObjectNode job = one(objects, "Job");
        JsonNode pod = job.at("/spec/template");
        JsonNode bridge = one(objects, "Deployment").at("/spec/template");

        // When
        List<String> selecting = objects.stream()
                .filter(object -> selects(object.path("spec"), pod.at("/metadata/labels")))
                .map(object -> object.path("kind").asString() + " "
                        + object.at("/metadata/name").asString())
                .toList();
        List<String> selectingTheBridge = objects.stream()
                .filter(object -> selects(object.path("spec"), bridge.at("/metadata/labels")))
                .map(object -> object.path("kind").asString())
                .sorted()
                .toList();

        // Then
        assertEquals(List.of("NetworkPolicy hikyaku-bridge-cleanup"), selecting);
        assertEquals(
                List.of("Deployment", "NetworkPolicy", "PodDisruptionBudget", "Service", "ServiceMonitor"),
                selectingTheBridge);
        assertNotEquals(
                "bridge",
                pod.at("/metadata/labels").path("app.kubernetes.io/component").asString());
        assertEquals("mesh", pod.at("/metadata/labels").path("team").asString());
        assertEquals(
                bridge.at("/spec/containers/0/image").asString(),
                pod.at("/spec/containers/0/image").asString());
        assertEquals(bridge.at("/spec/securityContext"), pod.at("/spec/securityContext"));
    }

    @Test
    void theHookWaitsForBridgesThatEndAndForNoLongerThanHelmDoes() throws Exception {
        // When
        JsonNode job = one(documents(template("bridge").success()), "Job");
        JsonNode slow = one(
                documents(template("bridge", "--set", "preStopSeconds=60,kubernetes.namespaces={shop,cart}")
                        .success()),
                "Job");

        // Then
        assertEquals(
                "[\"kube\",\"cleanup\",\"--namespace=hikyaku\",\"--wait=50\"]",
                job.at("/spec/template/spec/containers/0/args").toString());
        assertTrue(job.at("/spec/activeDeadlineSeconds").asInt() < 300, job::toString);
        assertEquals(
                "[\"kube\",\"cleanup\",\"--namespace=hikyaku\",\"--wait=105\",\"--only=shop,cart\"]",
                slow.at("/spec/template/spec/containers/0/args").toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cleanup.enabled=false", "kubernetes.enabled=false", "rbac.create=false"})
    void whereNothingIsToBeCleanedUpThereIsNoHook(String values) throws Exception {
        // When
        String without = template("bridge", "--set", values).success();
        String with = template("bridge").success();

        // Then
        assertTrue(with.contains("helm.sh/hook: post-delete"), with);
        assertTrue(!without.contains("helm.sh/hook") && !without.contains("cleanup"), without);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bridge", "relay"})
    void dashboardsShowMetricsThatThereAre(String program) throws Exception {
        // Given
        Set<String> declared = declaredMetrics();
        String made = template(
                        program, "--set", "grafanaDashboard.enabled=true", "--show-only", "templates/dashboard.yaml")
                .success();
        String dashboard = YAML.readTree(made)
                .path("data")
                .path("hikyaku-" + program + ".json")
                .asString();

        // When
        Set<String> shown = METRIC.matcher(
                        JSON.readTree(dashboard).path("panels").toString())
                .results()
                .map(MatchResult::group)
                .map(name -> name.replaceAll("_total$|_bucket$", ""))
                .collect(Collectors.toCollection(TreeSet::new));

        // Then
        assertTrue(shown.size() > 10, shown::toString);
        shown.removeAll(declared);
        assertEquals(Set.of(), shown);
    }

    @Test
    void plainManifestsAreThoseOfTheCharts() throws Exception {
        // When
        Map<String, String> environment =
                Map.of("KUBEBUILDER_ASSETS", ChartTool.assets().toString());
        ChartTool.run(List.of(ChartTool.DEPLOY.resolve("render").toString(), folder.toString()), environment)
                .success();

        // Then
        Map<Path, String> made = files(folder);
        Map<Path, String> kept = files(ChartTool.DEPLOY.resolve("kustomize"));
        kept.keySet().removeIf(file -> file.endsWith("kustomization.yaml") || file.endsWith("namespace.yaml"));
        assertEquals(kept, made, "deploy/render makes them anew");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bridge | --set mesh=prod --set cluster=tokyo --set relays=tls://r1:7443 | mesh=prod",
                "bridge | --set mesh=prod --set cluster=tokyo --set relays=tls://r1:7443 --set namespaces=shop,hikyaku"
                        + " | kubernetes.namespaces={shop,hikyaku}",
                "bridge | --set mesh=prod --set cluster=tokyo --set relays=tls://r1:7443 --set replicas=1"
                        + " --set image=x/y:z --set secret=mine"
                        + " | replicaCount=1,image.repository=x/y,image.tag=z,identity.secretName=mine",
                "relay | --set mesh=prod | mesh=prod",
                "relay | --set mesh=prod --set replicas=3 --set peers=tls://far:7443 --set type=NodePort"
                        + " | replicaCount=3,peers[0]=tls://far:7443,service.type=NodePort",
            })
    void theCommandPrintsWhatTheChartInstalls(String program, String options, String values) throws Exception {
        // Given
        List<String> arguments = new ArrayList<>(List.of("kube", "manifests", program));
        arguments.addAll(List.of(options.split(" ")));

        // When
        StringWriter printed = new StringWriter();
        int exit = Hikyaku.commandLine(ServiceLoader.load(Subcommand.class))
                .setOut(new PrintWriter(printed))
                .execute(arguments.toArray(String[]::new));
        String installed = template(program, "--set", values, "--no-hooks").success();

        // Then
        assertEquals(0, exit);
        Map<String, JsonNode> objects = objects(printed.toString());
        objects.remove("Namespace /hikyaku");
        assertEquals(objects(installed), objects);
    }

    private static Finished template(String program, String... options) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(ChartTool.required(program));
        all.addAll(List.of(options));
        return ChartTool.template(program, all.toArray(String[]::new));
    }

    private static String checksum(String... options) throws IOException, InterruptedException {
        return deployment(template("bridge", options).success())
                .at("/spec/template/metadata/annotations")
                .path("checksum/config")
                .asString();
    }

    private static JsonNode deployment(String manifests) {
        return one(documents(manifests), "Deployment");
    }

    private static ObjectNode one(List<ObjectNode> objects, String kind) {
        return objects.stream()
                .filter(object -> object.path("kind").asString().equals(kind))
                .findFirst()
                .orElseThrow();
    }

    /// Whether a selector of pods, in one of the places where the kinds have it, holds for these labels.
    private static boolean selects(JsonNode spec, JsonNode labels) {
        return Stream.of("/podSelector/matchLabels", "/selector/matchLabels", "/selector")
                .map(spec::at)
                .filter(selector -> !selector.isEmpty() && !selector.has("matchLabels"))
                .anyMatch(selector -> selector.propertyStream()
                        .allMatch(wanted -> wanted.getValue().equals(labels.path(wanted.getKey()))));
    }

    /// By kind, namespace and name, without what only Helm says; configurations as data: their text may differ.
    private static Map<String, JsonNode> objects(String manifests) {
        Map<String, JsonNode> objects = new TreeMap<>();
        for (ObjectNode object : documents(manifests)) {
            JsonNode metadata = object.path("metadata");
            String name = object.path("kind").asString() + " "
                    + metadata.path("namespace").asString("") + "/"
                    + metadata.path("name").asString();
            if (metadata.path("labels") instanceof ObjectNode labels) {
                labels.remove(List.of("helm.sh/chart", "app.kubernetes.io/managed-by"));
            }
            if (object.at("/spec/template/metadata/annotations") instanceof ObjectNode annotations) {
                annotations.remove("checksum/config");
            }
            if (object.path("data") instanceof ObjectNode data) {
                Map<String, JsonNode> files = new TreeMap<>();
                data.propertyStream()
                        .forEach(file -> files.put(
                                file.getKey(), YAML.readTree(file.getValue().asString())));
                files.forEach(data::set);
            }
            objects.put(name, object);
        }
        objects.replaceAll((_, object) -> YAML.readTree(YAML.writeValueAsString(object)));
        return objects;
    }

    private static List<ObjectNode> documents(String manifests) {
        return YAML.readerFor(ObjectNode.class)
                .<ObjectNode>readValues(manifests)
                .readAll();
    }

    private static Set<String> declaredMetrics() throws IOException {
        Set<String> names = new TreeSet<>();
        for (String module : List.of("relay-node", "cluster-bridge")) {
            try (Stream<Path> sources = Files.walk(ChartTool.ROOT.resolve(module + "/src/main/java"))) {
                for (Path source : sources.filter(file -> file.toString().endsWith(".java"))
                        .toList()) {
                    DECLARED.matcher(Files.readString(source))
                            .results()
                            .forEach(match -> names.add(match.group(1).replace('.', '_')));
                }
            }
        }
        return names;
    }

    private static Map<Path, String> files(Path root) throws IOException {
        Map<Path, String> files = new TreeMap<>();
        try (Stream<Path> found = Files.walk(root)) {
            for (Path file : found.filter(Files::isRegularFile).toList()) {
                files.put(root.relativize(file), Files.readString(file));
            }
        }
        return files;
    }
}
