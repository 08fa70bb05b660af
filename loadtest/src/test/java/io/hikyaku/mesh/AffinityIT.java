package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.loop.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Clients that are to stay where they are: two bridges of tokyo, and three targets in each of two other clusters.
@Timeout(120)
class AffinityIT {
    private static final String ORDERS = "shop/orders";
    private static final String LINE = "shop/line";
    private static final int CLIENTS = 24;

    @TempDir
    Path folder;

    private final Map<String, ScriptedService> services = new LinkedHashMap<>();
    private Mesh mesh;
    private Mesh.MeshBridge tokyo;
    private Mesh.MeshBridge replica;
    private Mesh.MeshBridge osaka;

    @BeforeEach
    void start() throws Exception {
        mesh = new Mesh(folder);
        String links = Mesh.linksTo(mesh.relayAt("relay-1", "tls").url());
        osaka = mesh.bridge("osaka", links + exports("osaka"));
        mesh.bridge("kyoto", links + exports("kyoto"));
        tokyo = mesh.bridge("tokyo", links + imports("127.0.0.1"));
        replica = mesh.bridge("tokyo", links + imports("0.0.0.0"));
        for (Mesh.MeshBridge caller : List.of(tokyo, replica)) {
            caller.admin().awaitExporters(ORDERS, 2);
            caller.admin().awaitExporters(LINE, 2);
        }
    }

    private String exports(String cluster) throws Exception {
        List<String> targets = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            String name = cluster + "-" + i;
            ScriptedService http = mesh.closedAtTheEnd(ScriptedService.following(new HttpScript(name)));
            services.put(name, http);
            targets.add("\"127.0.0.1:" + http.port() + "\"");
            ScriptedService line = mesh.closedAtTheEnd(
                    ScriptedService.following(service -> service.say(name).sayEnd()));
            lines.add("\"127.0.0.1:" + line.port() + "\"");
        }
        return """
                exports:
                  - { service: shop/orders, ports: [ { name: http, port: 80, protocol: http, target: %s } ] }
                  - { service: shop/line, ports: [ { name: tcp, port: 80, protocol: tcp, target: %s } ] }
                """.formatted(targets, lines);
    }

    private static String imports(String at) {
        return """
                imports:
                  - { service: shop/orders, ports: [ { port: 80, listen: "%1$s:0", affinity: client-ip } ] }
                  - { service: shop/line, ports: [ { port: 80, listen: "%1$s:0", affinity: client-ip } ] }
                """.formatted(at);
    }

    @AfterEach
    void stop() throws Exception {
        mesh.close();
    }

    private static Talk from(int client, Mesh.MeshBridge bridge, String service) throws IOException {
        InetAddress address = InetAddress.ofLiteral("127.0.1." + client);
        return new Talk(new Socket(InetAddress.getLoopbackAddress(), bridge.port(service, 80), address, 0));
    }

    /// Where a client's requests go, one on each of two connections and one more.
    private static String place(int client, Mesh.MeshBridge bridge) throws IOException {
        TreeSet<String> places = new TreeSet<>();
        try (Talk one = from(client, bridge, ORDERS);
                Talk other = from(client, bridge, ORDERS)) {
            places.add(one.get("/name").body());
            places.add(other.get("/name").body());
            places.add(one.get("/name").body());
        }
        return String.join(" ", places);
    }

    private static List<String> places(Mesh.MeshBridge bridge) throws IOException {
        List<String> places = new ArrayList<>();
        for (int client = 1; client <= CLIENTS; client++) {
            places.add(place(client, bridge));
        }
        return places;
    }

    @Test
    void eachClientStaysWithOneTargetWhicheverBridgeItCalls() throws Exception {
        // When
        List<String> places = places(tokyo);

        // Then
        assertEquals(places, places(replica));
        assertTrue(services.keySet().containsAll(places), places.toString());
        assertTrue(new TreeSet<>(places).size() >= 4, places.toString());
        assertEquals(
                2,
                places.stream()
                        .map(place -> place.split("-")[0])
                        .collect(Collectors.toSet())
                        .size());
    }

    @Test
    void connectionsStayToo() throws Exception {
        for (int client = 1; client <= CLIENTS; client++) {
            // When
            TreeSet<String> places = new TreeSet<>();
            for (Mesh.MeshBridge bridge : List.of(tokyo, replica, tokyo)) {
                try (Talk caller = from(client, bridge, LINE)) {
                    places.add(caller.hearAll());
                }
            }

            // Then
            assertEquals(1, places.size(), places.toString());
        }
    }

    @Test
    void aTargetThatIsGoneMovesNobodyButItsClients() throws Exception {
        // Given
        List<String> before = places(tokyo);
        String gone = before.getFirst();

        // When
        services.get(gone).close();
        TreeSet<String> left = new TreeSet<>(services.keySet());
        left.remove(gone);
        Await.until("its clients have settled elsewhere", () -> left.containsAll(places(tokyo)));

        // Then
        List<String> after = places(tokyo);
        assertMoved(before, after, List.of(gone));
        String cluster = gone.substring(0, gone.indexOf('-'));
        assertTrue(after.getFirst().startsWith(cluster), after.getFirst() + " instead of " + gone);
    }

    @Test
    void aClusterThatIsGoneMovesNobodyButItsClients() throws Exception {
        // Given
        List<String> before = places(tokyo);

        // When
        osaka.close();
        tokyo.admin().awaitExporters(ORDERS, 1);

        // Then
        assertMoved(before, places(tokyo), List.of("osaka-1", "osaka-2", "osaka-3"));
    }

    private static void assertMoved(List<String> before, List<String> after, List<String> gone) {
        for (int i = 0; i < before.size(); i++) {
            boolean stays = before.get(i).equals(after.get(i));
            assertEquals(!gone.contains(before.get(i)), stays, before.get(i) + " became " + after.get(i));
        }
    }
}
