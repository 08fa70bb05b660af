package io.hikyaku.deploy;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.testing.integration.Messages.SimpleRequest;
import io.grpc.testing.integration.TestServiceGrpc;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// A client in a pod of the end-to-end tests, which knows nothing of bridges: `steady URL PERIOD` calls at a steady
/// rate until its standard input ends, `websocket URL TEXT` exchanges one
/// message, `grpc HOST:PORT` makes one call.
final class PodCalls {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private PodCalls() {}

    static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "steady" -> steady(URI.create(arguments[1]), Integer.parseInt(arguments[2]));
            case "websocket" -> System.out.println(webSocket(URI.create(arguments[1]), arguments[2]));
            case "grpc" -> System.out.println(grpc(arguments[1]));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.exit(0);
    }

    /// Prints a line for each call: when it began and ended (milliseconds since 1970), its status or `failed`, and
    /// its answer. Every other call has a connection of its own.
    private static void steady(URI url, int periodMillis) throws IOException {
        HttpClient kept = client();
        try (ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor()) {
            boolean[] odd = new boolean[1];
            clock.scheduleAtFixedRate(
                    () -> {
                        odd[0] ^= true;
                        Thread.startVirtualThread(() -> call(odd[0] ? kept : null, url));
                    },
                    0,
                    periodMillis,
                    TimeUnit.MILLISECONDS);
            while (System.in.read() >= 0) {
                continue;
            }
            clock.shutdownNow();
        }
    }

    private static HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .build();
    }

    private static void call(HttpClient kept, URI url) {
        long began = System.currentTimeMillis();
        String outcome;
        try {
            outcome = kept == null ? alone(url) : over(kept, url);
        } catch (IOException | InterruptedException failure) {
            outcome = "failed " + (kept == null ? "alone: " : "kept: ") + failure;
        }
        System.out.println(began + " " + System.currentTimeMillis() + " " + outcome);
    }

    private static String over(HttpClient client, URI url) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(url).timeout(PATIENCE).build();
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body().strip();
    }

    private static String alone(URI url) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.connect(new InetSocketAddress(url.getHost(), 80), (int) PATIENCE.toMillis());
            String head =
                    "GET " + url.getPath() + " HTTP/1.1\r\nHost: " + url.getHost() + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!answer.startsWith("HTTP/1.1 ")) {
                throw new IOException("not an answer: " + answer);
            }
            return answer.substring(9, 12) + " "
                    + answer.substring(answer.indexOf("\r\n\r\n")).strip();
        }
    }

    private static String grpc(String authority) {
        ManagedChannel channel = NettyChannelBuilder.forTarget("dns:///" + authority)
                .usePlaintext()
                .build();
        try {
            return TestServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    .unaryCall(SimpleRequest.getDefaultInstance())
                    .getUsername();
        } finally {
            channel.shutdownNow();
        }
    }

    private static String webSocket(URI url, String text) throws Exception {
        CompletableFuture<String> answer = new CompletableFuture<>();
        try (HttpClient client = client()) {
            WebSocket socket = client.newWebSocketBuilder()
                    .buildAsync(url, new WebSocket.Listener() {
                        @Override
                        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                            answer.complete(data.toString());
                            return WebSocket.Listener.super.onText(from, data, last);
                        }
                    })
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            socket.sendText(text, true);
            String heard = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            socket.abort();
            return heard;
        }
    }
}
