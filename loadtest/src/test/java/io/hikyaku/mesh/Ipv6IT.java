package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class Ipv6IT {
    private static final String ORDERS = "shop/orders";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"tls://[::1]:0", "wss://[::1]:0/link"})
    void relayListenerAndTargetMayHaveIpv6Addresses(String listen) throws Exception {
        // Given
        InetAddress loopback = InetAddress.getByName("::1");
        assumeTrue(isThere(loopback), "there is no IPv6 here");
        try (Mesh mesh = new Mesh(folder);
                ScriptedService service = ScriptedService.at(loopback, new HttpScript("osaka"))) {
            String relay =
                    mesh.relay("relay-1", "listen: [ \"" + listen + "\" ]\n").url();
            mesh.bridge("osaka", Mesh.linksTo(relay) + """
                    exports:
                      - service: shop/orders
                        ports: [ { name: http, port: 80, protocol: http, target: "[::1]:%d" } ]
                    """.formatted(service.port()));
            Mesh.MeshBridge tokyo = mesh.bridge("tokyo", Mesh.linksTo(relay) + """
                    imports:
                      - { service: shop/orders, ports: [ { port: 80, listen: "[::1]:0" } ] }
                    """);
            tokyo.admin().awaitExporters(ORDERS, 1);

            // When
            try (Talk caller = new Talk(new Socket(loopback, tokyo.port(ORDERS, 80)))) {

                // Then
                assertEquals("osaka", caller.get("/name").body());
            }
        }
    }

    private static boolean isThere(InetAddress address) {
        try (ServerSocket socket = new ServerSocket(0, 1, address)) {
            return socket.isBound();
        } catch (IOException absent) {
            return false;
        }
    }
}
