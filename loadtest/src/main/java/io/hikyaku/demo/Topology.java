package io.hikyaku.demo;

import io.hikyaku.kafka.KafkaTopics;
import io.hikyaku.kafka.prepare.KafkaPrepare;
import io.hikyaku.lab.KafkaServer;
import io.hikyaku.lab.LocalMesh;
import io.hikyaku.lab.LocalMesh.Export;
import io.hikyaku.lab.LocalMesh.Import;
import io.hikyaku.lab.Ports;
import io.hikyaku.lab.Program;
import io.hikyaku.lab.SmallServices;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.NetSocket;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// The demo's world, all on loopback: a relay, a Kafka, and the clusters `tokyo`, `osaka` and `edge`, each a bridge in
/// a process of its own that only dials out. [#close] ends everything and leaves nothing behind.
final class Topology implements AutoCloseable {
    static final String TOKYO = "tokyo";
    static final String OSAKA = "osaka";
    static final String EDGE = "edge";
    static final String ORDERS = "shop/orders";
    static final String CHAT = "shop/chat";
    static final String PAYMENTS = "shop/payments";
    static final String SENSOR = "factory/sensor";
    static final String CONSOLE = "factory/console";
    static final int HTTP_PORT = 80;
    static final int CONSOLE_PORT = 2000;

    private static final String MESH = "demo";
    private static final List<String> JVM = List.of("-Xmx96m");

    private final PrintWriter progress;
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private @Nullable LocalMesh mesh;
    private @Nullable Program relay;
    private int relayPort;
    private Map<String, Program> bridges = Map.of();
    private Map<String, Integer> localPorts = Map.of();

    private Topology(PrintWriter progress) {
        this.progress = progress;
    }

    /// @param ordersTarget `host:port` of the user's own service, or null for the demo's
    /// @param progress takes a line for each step
    /// @param onBegin given the topology before anything is started, so that it can be closed whatever happens
    static Topology start(
            @Nullable String ordersTarget, PrintWriter progress, java.util.function.Consumer<Topology> onBegin)
            throws Exception {
        Topology topology = new Topology(progress);
        onBegin.accept(topology);
        topology.startAll(ordersTarget);
        return topology;
    }

    Program bridge(String cluster) {
        return Objects.requireNonNull(bridges.get(cluster), cluster);
    }

    /// Where programs of a cluster reach a service.
    String address(String cluster, String service) {
        return "127.0.0.1:" + localPorts.get(cluster + " " + service);
    }

    private void startAll(@Nullable String ordersTarget) throws Exception {
        say("making a mesh: an authority, a relay's identity and three clusters'");
        LocalMesh made = opened(LocalMesh.open(MESH, JVM));
        mesh = made;
        CompletableFuture<KafkaServer> kafkaStarts = CompletableFuture.supplyAsync(Topology::openKafka);
        say("starting small services");
        Services services = services(ordersTarget);
        say("starting a relay");
        relayPort = Ports.free();
        startRelay();
        say("starting a Kafka broker");
        KafkaServer kafka = opened(joined(kafkaStarts));
        try (KafkaPrepare prepare = new KafkaPrepare(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            prepare.prepare(new KafkaTopics(MESH), List.of(TOKYO, OSAKA, EDGE), 1, 1);
        }
        say("starting the bridges of tokyo, osaka and edge");
        List<String> links = List.of(
                LocalMesh.relayLink("tls://127.0.0.1:" + relayPort), LocalMesh.kafkaLink(kafka.bootstrapServers()));
        startBridges(made, links, services);
    }

    /// Where the clusters' own services listen.
    private record Services(String orders, String chat, String payments, String sensor, String console) {}

    private Services services(@Nullable String ordersTarget) throws Exception {
        SmallServices small = opened(new SmallServices());
        String orders = ordersTarget == null
                ? local(small.http(request -> answer(request, "order 4711: shipped")))
                : ordersTarget;
        return new Services(
                orders,
                local(small.webSocket(
                        socket -> socket.textMessageHandler(text -> socket.writeTextMessage(text + " from osaka")))),
                local(small.http(Topology::book)),
                local(small.http(Topology::measure)),
                local(small.tcp(Topology::console)));
    }

    private static void answer(HttpServerRequest request, String text) {
        request.response().putHeader("content-type", "text/plain").end(text + "\n");
    }

    /// A gRPC service: its status follows the message, in trailers.
    private static void book(HttpServerRequest request) {
        request.body()
                .onSuccess(asked -> request.response()
                        .putHeader("content-type", "application/grpc")
                        .putTrailer("grpc-status", "0")
                        .end(Clients.message("payment 17: booked")));
    }

    /// Server-sent events.
    private static void measure(HttpServerRequest request) {
        HttpServerResponse response = request.response().setChunked(true);
        response.putHeader("content-type", "text/event-stream");
        response.write("data: 21.5 degrees\n\n");
        response.end("data: 21.6 degrees\n\n");
    }

    /// Speaks first, then gives each line back in capitals.
    private static void console(NetSocket socket) {
        socket.write("machine 7 ready\n");
        socket.handler(line -> socket.write(line.toString().toUpperCase(java.util.Locale.ROOT)));
    }

    private static String local(int port) {
        return "127.0.0.1:" + port;
    }

    private void startBridges(LocalMesh made, List<String> links, Services services) throws Exception {
        List<Integer> ports = Ports.free(6);
        localPorts = Map.of(
                TOKYO + " " + ORDERS, ports.get(0),
                TOKYO + " " + SENSOR, ports.get(1),
                TOKYO + " " + CONSOLE, ports.get(2),
                OSAKA + " " + PAYMENTS, ports.get(3),
                EDGE + " " + ORDERS, ports.get(4),
                TOKYO + " " + CHAT, ports.get(5));
        Program tokyo = made.bridge(
                TOKYO,
                TOKYO,
                links,
                List.of(new Export(PAYMENTS, HTTP_PORT, "http", services.payments())),
                List.of(
                        new Import(ORDERS, HTTP_PORT, ports.get(0)),
                        new Import(CHAT, HTTP_PORT, ports.get(5)),
                        new Import(SENSOR, HTTP_PORT, ports.get(1)),
                        new Import(CONSOLE, CONSOLE_PORT, ports.get(2))),
                "");
        Program osaka = made.bridge(
                OSAKA,
                OSAKA,
                links,
                List.of(
                        new Export(ORDERS, HTTP_PORT, "http", services.orders()),
                        new Export(CHAT, HTTP_PORT, "http", services.chat())),
                List.of(new Import(PAYMENTS, HTTP_PORT, ports.get(3))),
                "");
        Program edge = made.bridge(
                EDGE,
                EDGE,
                links,
                List.of(
                        new Export(SENSOR, HTTP_PORT, "http", services.sensor()),
                        new Export(CONSOLE, CONSOLE_PORT, "tcp", services.console())),
                List.of(new Import(ORDERS, HTTP_PORT, ports.get(4))),
                "");
        bridges = Map.of(TOKYO, tokyo, OSAKA, osaka, EDGE, edge);
    }

    /// Starts the relay, again at the same address if it ran before.
    void startRelay() throws Exception {
        LocalMesh where = Objects.requireNonNull(mesh);
        relay = where.relay("relay", List.of("tls://127.0.0.1:" + relayPort), List.of());
    }

    /// Ends the relay as a crash would.
    void killRelay() throws InterruptedException {
        Objects.requireNonNull(relay).kill();
    }

    private static KafkaServer openKafka() {
        try {
            return KafkaServer.open();
        } catch (java.io.IOException e) {
            throw new CompletionException(e);
        }
    }

    private static KafkaServer joined(CompletableFuture<KafkaServer> starting) throws Exception {
        try {
            return starting.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private synchronized <T extends AutoCloseable> T opened(T part) {
        started.push(part);
        return part;
    }

    private void say(String line) {
        progress.println("  " + line);
        progress.flush();
    }

    @Override
    public synchronized void close() throws Exception {
        while (!started.isEmpty()) {
            started.pop().close();
        }
    }
}
