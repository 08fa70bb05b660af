package io.hikyaku.mesh;

import io.hikyaku.lab.Ports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Services of every protocol in osaka, which programs in tokyo call: one such mesh for each way between the two,
/// started by the first test class that wants it and shared by all others of this JVM.
final class SharedMesh {
    static final String WEB = "shop/web";
    static final String RAW = "shop/raw";
    static final String RAW_HTTP2 = "shop/raw-http2";
    static final String LINE = "shop/line";
    static final String GRPC = "shop/grpc";
    static final String GRPC_PAIR = "shop/grpc-pair";
    private static final String LIMITS = "limits: { call: { idleTimeout: 20s } }\n";
    private static final Map<Carrier, SharedMesh> STARTED = new EnumMap<>(Carrier.class);
    /// Why a mesh cannot be used. Those who want it later need not wait as long to learn the same.
    private static final Map<Carrier, AssertionError> BROKEN = new EnumMap<>(Carrier.class);

    final Mesh.MeshBridge tokyo;
    final Mesh.MeshBridge osaka;
    /// A real server.
    final WebService web = new WebService();
    /// Follows a script, in HTTP/1.1 as `RAW` and in HTTP/2 as `RAW_HTTP2`.
    final ScriptedService raw = ScriptedService.following(new HttpScript("osaka"));
    /// Follows a script in TCP.
    final ScriptedService line = ScriptedService.following(Talk::hearAll);
    /// Where a test's gRPC server is called.
    final int grpcTarget;
    /// Where two that share the calls of one service are called.
    final List<Integer> grpcPair;

    private SharedMesh(Carrier carrier) throws Exception {
        List<Integer> ports = Ports.free(3);
        grpcTarget = ports.getFirst();
        grpcPair = ports.subList(1, 3);
        Mesh mesh = new Mesh(Files.createDirectories(Path.of("target", "meshes").toAbsolutePath()));
        Carrier.Links links = carrier.open(mesh);
        osaka = mesh.bridge(
                "osaka",
                links.exporter()
                        + LIMITS
                        + """
                exports:
                  - service: shop/web
                    ports:
                      - { name: http, port: 80, protocol: http, target: "127.0.0.1:%1$d" }
                  - service: shop/raw
                    ports: [ { name: http, port: 80, protocol: http, target: "127.0.0.1:%2$d" } ]
                  - service: shop/raw-http2
                    ports: [ { name: http, port: 80, protocol: http, target: "h2c://127.0.0.1:%2$d" } ]
                  - service: shop/grpc
                    ports: [ { name: grpc, port: 80, protocol: http, target: "127.0.0.1:%4$d" } ]
                  - service: shop/grpc-pair
                    ports: [ { name: grpc, port: 80, protocol: http, target: [ "127.0.0.1:%5$d", "127.0.0.1:%6$d" ] } ]
                  - service: shop/line
                    ports: [ { name: tcp, port: 80, protocol: tcp, target: "127.0.0.1:%3$d" } ]
                """.formatted(web.port(), raw.port(), line.port(), grpcTarget, ports.get(1), ports.get(2)));
        tokyo = mesh.bridge(
                "tokyo", links.caller() + LIMITS + Mesh.imports("", WEB, RAW, RAW_HTTP2, GRPC, GRPC_PAIR, LINE));
    }

    /// Where there is a broker, another test may have restarted it.
    private void awaitExporters() throws Exception {
        for (String service : List.of(WEB, RAW, RAW_HTTP2, GRPC, GRPC_PAIR, LINE)) {
            tokyo.admin().awaitExporters(service, 1);
        }
    }

    static synchronized SharedMesh over(Carrier carrier) throws Exception {
        AssertionError broken = BROKEN.get(carrier);
        if (broken != null) {
            throw new AssertionError("as before: " + broken.getMessage(), broken);
        }
        SharedMesh mesh = STARTED.get(carrier);
        if (mesh == null) {
            mesh = new SharedMesh(carrier);
            STARTED.put(carrier, mesh);
        }
        try {
            mesh.awaitExporters();
        } catch (AssertionError e) {
            BROKEN.put(carrier, e);
            throw e;
        }
        return mesh;
    }

    /// Where a program in tokyo finds a service.
    int port(String service) {
        return tokyo.port(service, 80);
    }

    String webUrl() {
        return "http://127.0.0.1:" + port(WEB);
    }

    /// The same service without anything between.
    String directWebUrl() {
        return "http://127.0.0.1:" + web.port();
    }

    /// Waits until nothing is left of any call.
    void awaitQuiet() throws Exception {
        tokyo.admin().awaitQuiet();
        osaka.admin().awaitQuiet();
    }
}
