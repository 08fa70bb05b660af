package io.hikyaku.kubernetes.control;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// What a pod does that tells its name to whoever asks over HTTP. It has an address of this machine that an
/// EndpointSlice may name, so not one of loopback.
record WebPod(HttpServer server) implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final HttpClient CALLER =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    static WebPod named(String name) throws IOException {
        List<InetAddress> addresses = addresses();
        Assumptions.assumeFalse(addresses.isEmpty(), "this machine has no address but those of loopback");
        HttpServer server = HttpServer.create(new InetSocketAddress(addresses.getFirst(), 0), 0);
        byte[] body = name.getBytes(StandardCharsets.UTF_8);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return new WebPod(server);
    }

    private static List<InetAddress> addresses() throws SocketException {
        return Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address
                        && !address.isLoopbackAddress()
                        && !address.isLinkLocalAddress())
                .toList();
    }

    String address() {
        return server.getAddress().getAddress().getHostAddress();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /// Calls a bridge's listener.
    ///
    /// @return the name of the pod that answered; else the status, or why there is none
    static String call(String listen, int port) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + listen + ":" + port + "/"))
                .timeout(PATIENCE)
                .build();
        try {
            var response = CALLER.send(request, BodyHandlers.ofString());
            return response.statusCode() == 200 ? response.body() : String.valueOf(response.statusCode());
        } catch (IOException failed) {
            return String.valueOf(failed);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
