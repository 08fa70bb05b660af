package io.hikyaku.mesh;

import java.nio.file.Path;

/// Tokyo calls, osaka answers; both export `shop/both`. Everything is started once and shared by the tests of a class.
final class TwoClusters implements AutoCloseable {
    /// Connections that are kept go soon, and bodies may come as slowly as they like.
    private static final String LIMITS = "limits: { call: { idleTimeout: 3s, http: { minBodyRate: 0 } } }\n";

    final Mesh mesh;
    final Mesh.MeshBridge tokyo;
    final Mesh.MeshBridge osaka;
    final ScriptedService http;
    final ScriptedService tcp;
    private final ScriptedService own;

    /// Starts what lies between the two.
    interface Between {
        Carrier.Links open(Mesh mesh) throws Exception;
    }

    private TwoClusters(Path folder, Between between) throws Exception {
        mesh = new Mesh(folder);
        http = ScriptedService.following(new HttpScript("osaka"));
        own = ScriptedService.following(new HttpScript("tokyo"));
        tcp = ScriptedService.following(Talk::hearAll);
        Carrier.Links links = between.open(mesh);
        osaka = mesh.bridge("osaka", links.exporter() + LIMITS + """
                exports:
                  - service: shop/orders
                    ports: [ { name: http, port: 80, protocol: http, target: "127.0.0.1:%1$d" } ]
                  - service: shop/both
                    ports: [ { name: http, port: 80, protocol: http, target: "127.0.0.1:%1$d" } ]
                  - service: shop/line
                    ports: [ { name: tcp, port: 7, protocol: tcp, target: "127.0.0.1:%2$d" } ]
                """.formatted(http.port(), tcp.port()));
        tokyo = mesh.bridge("tokyo", links.caller() + LIMITS + """
                exports:
                  - service: shop/both
                    ports: [ { name: http, port: 80, protocol: http, target: "127.0.0.1:%d" } ]
                imports:
                  - { service: shop/orders, ports: [ { port: 80, listen: "127.0.0.1:0" } ] }
                  - { service: shop/both, ports: [ { port: 80, listen: "127.0.0.1:0" } ] }
                  - { service: shop/line, ports: [ { port: 7, listen: "127.0.0.1:0" } ] }
                """.formatted(own.port()));
    }

    static TwoClusters over(Between between, Path folder) throws Exception {
        TwoClusters started = new TwoClusters(folder, between);
        started.tokyo.admin().awaitExporters("shop/both", 2);
        started.tokyo.admin().awaitExporters("shop/orders", 1);
        started.tokyo.admin().awaitExporters("shop/line", 1);
        return started;
    }

    Talk toOrders() throws Exception {
        return Talk.with(tokyo.port("shop/orders", 80));
    }

    Talk toBoth() throws Exception {
        return Talk.with(tokyo.port("shop/both", 80));
    }

    Talk toLine() throws Exception {
        return Talk.with(tokyo.port("shop/line", 7));
    }

    @Override
    public void close() throws Exception {
        mesh.close();
        http.close();
        own.close();
        tcp.close();
    }
}
