package io.hikyaku.kubernetes.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.cli.Exit;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

class ManifestsCommandTest {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final String BRIDGE = "--set mesh=prod --set cluster=tokyo --set relays=tls://r1:7443,wss://r2 ";

    @Test
    void aBridgeGetsItsConfiguration() {
        // When
        List<ObjectNode> objects = manifests(BRIDGE);

        // Then
        ObjectNode file =
                yaml(one(objects, "ConfigMap").at("/data").path("bridge.yaml").asString());
        assertEquals("prod", file.path("mesh").asString());
        assertEquals("tokyo", file.path("cluster").asString());
        assertEquals(
                List.of("tls://r1:7443", "wss://r2:443/link"),
                file.path("links")
                        .valueStream()
                        .map(link -> link.path("relay").asString())
                        .toList());
    }

    @Test
    void everythingGoesToTheNamespaceAndItsServiceAccountGetsTheRights() {
        // When
        List<ObjectNode> objects = manifests(BRIDGE + "--set namespace=mesh-system");

        // Then
        assertEquals(Set.of("mesh-system"), Set.copyOf(texts(objects, "/metadata/namespace")));
        assertEquals(Set.of("mesh-system"), Set.copyOf(texts(objects, "/subjects/0/namespace")));
        assertEquals(
                "mesh-system", one(objects, "Namespace").at("/metadata/name").asString());
        assertEquals(
                "hikyaku-bridge:mesh-system",
                one(objects, "ClusterRoleBinding").at("/roleRef/name").asString());
    }

    /// Also where the bridge's own is among them, and one that is called like the one in the files.
    @Test
    void someNamespacesGetARoleEachInsteadOfAClusterRoleForServices() {
        // When
        List<ObjectNode> objects = manifests(BRIDGE + "--set namespace=own --set namespaces=shop,example,own,hikyaku");

        // Then
        Stream<ObjectNode> roles = all(objects, "Role")
                .filter(role -> role.at("/metadata/name").asString().equals("hikyaku-bridge"));
        assertEquals(
                List.of("shop", "example", "own", "hikyaku"),
                roles.map(role -> role.at("/metadata/namespace").asString()).toList());
        assertEquals(
                Set.of("clusterproperties", "customresourcedefinitions"),
                Set.copyOf(one(objects, "ClusterRole")
                        .path("rules")
                        .valueStream()
                        .map(rule -> rule.at("/resources/0").asString())
                        .toList()));
    }

    @Test
    void eachRelayDialsThoseBeforeItAndHasAServiceOfItsOwn() {
        // When
        List<ObjectNode> objects =
                manifests("relay --set mesh=prod --set replicas=3 --set peers=tls://far:1 --set type=NodePort");

        // Then
        ObjectNode last = yaml(one(objects, "ConfigMap")
                .at("/data")
                .path("hikyaku-relay-2.yaml")
                .asString());
        assertEquals(
                List.of(
                        "tls://far:1",
                        "tls://hikyaku-relay-0.hikyaku-relay:7443",
                        "tls://hikyaku-relay-1.hikyaku-relay:7443"),
                last.path("peers").valueStream().map(peer -> peer.asString()).toList());
        assertEquals(
                List.of("hikyaku-relay-0", "hikyaku-relay-1", "hikyaku-relay-2"),
                all(objects, "Service")
                        .filter(service -> service.at("/spec/type").asString("").equals("NodePort"))
                        .map(service -> service.at("/metadata/name").asString())
                        .toList());
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 1"})
    void aSingleReplicaHasNoDisruptionBudget(int replicas, int budgets) {
        // When
        List<ObjectNode> objects = manifests(BRIDGE + "--set replicas=" + replicas);

        // Then
        assertEquals(budgets, all(objects, "PodDisruptionBudget").count());
        assertEquals(replicas, one(objects, "Deployment").at("/spec/replicas").asInt());
    }

    @Test
    void aValueStaysAValueWhateverIsInIt() {
        // Given
        String image = "on: {privileged: true}\n# \"'0123";

        // When
        Ended ended = run(Stream.concat(Stream.of(BRIDGE.strip().split(" ")), Stream.of("--set", "image=" + image)));

        // Then
        assertEquals(
                image,
                one(documents(ended.out), "Deployment")
                        .at("/spec/template/spec/containers/0/image")
                        .asString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--set mesh=prod --set cluster=tokyo                   | --set relays=… is required",
                "--set cluster=tokyo --set relays=tls://r:1            | --set mesh=… is required",
                "--set mesh=Prod --set cluster=t --set relays=tls://r:1 | --set mesh: 'Prod' is not a name",
                "--set mesh=prod --set cluster=t --set relays=r:1      | 'r:1' is not a link",
                "--set mesh=prod --set clutser=tokyo                   | --set clutser: no such key of a bridge",
                "relay --set mesh=prod --set cluster=tokyo             | --set cluster: no such key of a relay",
                "relay --set mesh=prod --set replicas=0                | --set replicas: '0' is not 1 to 100",
                "relay --set mesh=prod --set replicas=101              | --set replicas: '101' is not 1 to 100",
                "relay --set mesh=prod --set type=Node                 | --set type: 'Node' is none of LoadBalancer",
                "rely --set mesh=prod                                  | 'rely' is neither bridge nor relay",
            })
    void saysWhatIsWrong(String arguments, String answer) {
        // When
        Ended ended = run(Stream.of(arguments.split(" ")));

        // Then
        assertEquals(Exit.WRONG_USAGE, ended.exit);
        assertTrue(ended.err.contains(answer), ended.err);
        assertEquals("", ended.out);
    }

    @Test
    void aCommandIsNeeded() {
        // When
        int exit = new CommandLine(new KubeCommand())
                .setErr(new PrintWriter(new StringWriter()))
                .execute();

        // Then
        assertEquals(Exit.WRONG_USAGE, exit);
    }

    private static List<ObjectNode> manifests(String arguments) {
        Ended ended = run(Stream.of(arguments.strip().split(" ")));
        assertEquals(Exit.DONE, ended.exit, ended.err);
        return documents(ended.out);
    }

    private static Ended run(Stream<String> arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = new CommandLine(new KubeCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(Stream.concat(Stream.of("manifests"), arguments).toArray(String[]::new));
        return new Ended(exit, out.toString(), err.toString());
    }

    private static List<ObjectNode> documents(String text) {
        return YAML.readerFor(ObjectNode.class).<ObjectNode>readValues(text).readAll();
    }

    private static ObjectNode yaml(String text) {
        return (ObjectNode) YAML.readTree(text);
    }

    private static Stream<ObjectNode> all(List<ObjectNode> objects, String kind) {
        return objects.stream().filter(object -> object.path("kind").asString().equals(kind));
    }

    private static ObjectNode one(List<ObjectNode> objects, String kind) {
        return all(objects, kind).findFirst().orElseThrow();
    }

    private static List<String> texts(List<ObjectNode> objects, String path) {
        return objects.stream()
                .map(object -> object.at(path).asString(""))
                .filter(text -> !text.isEmpty())
                .toList();
    }

    private record Ended(int exit, String out, String err) {}
}
