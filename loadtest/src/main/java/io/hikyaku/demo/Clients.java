package io.hikyaku.demo;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// Ordinary clients of the protocols that the demo shows, which know nothing of Hikyaku.
final class Clients implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    /// Whether the message is compressed, and its length.
    private static final int MESSAGE_HEADER = 5;

    private static final Duration LIMIT = Duration.ofSeconds(15);

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http1 = vertx.createHttpClient();
    private final HttpClient http2 = vertx.createHttpClient(
            new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
    private final WebSocketClient webSockets = vertx.createWebSocketClient();

    HttpClient http1() {
        return http1;
    }

    HttpClient http2() {
        return http2;
    }

    /// `GET /`. The listener for the body is there before the response can be: both belong to the request's event
    /// loop.
    String get(HttpClient client, int port) throws IOException, InterruptedException {
        return done(client.request(HttpMethod.GET, port, HOST, "/")
                .compose(request ->
                        request.send().compose(response -> response.body().compose(body -> answer(response, body)))));
    }

    private static Future<String> answer(HttpClientResponse response, Buffer body) {
        String answer = response.statusCode() + " " + body.toString().strip();
        return response.statusCode() < 500 ? Future.succeededFuture(answer) : Future.failedFuture(answer);
    }

    /// One message there and one back. Messages of gRPC are a flag, a length and bytes; the status follows in
    /// trailers.
    String grpc(int port) throws IOException, InterruptedException {
        return done(http2.request(HttpMethod.POST, port, HOST, "/shop.Payments/Book")
                .compose(request -> request.putHeader("content-type", "application/grpc")
                        .putHeader("te", "trailers")
                        .send(message("17"))
                        .compose(response -> response.body().compose(body -> grpcAnswer(response, body)))));
    }

    private static Future<String> grpcAnswer(HttpClientResponse response, Buffer body) {
        return "0".equals(response.getTrailer("grpc-status"))
                ? Future.succeededFuture("OK " + body.getString(MESSAGE_HEADER, body.length()))
                : Future.failedFuture("gRPC status " + response.getHeader("grpc-status"));
    }

    static Buffer message(String text) {
        Buffer bytes = Buffer.buffer(text);
        return Buffer.buffer().appendByte((byte) 0).appendInt(bytes.length()).appendBuffer(bytes);
    }

    /// A message each way.
    String webSocket(int port) throws IOException, InterruptedException {
        return done(webSockets.connect(port, HOST, "/").compose(Clients::converse));
    }

    private static Future<String> converse(WebSocket socket) {
        Promise<String> heard = Promise.promise();
        socket.textMessageHandler(heard::tryComplete);
        socket.closeHandler(closed -> heard.tryFail("The WebSocket was closed"));
        socket.writeTextMessage("hello");
        return heard.future().onComplete(text -> socket.close());
    }

    /// All server-sent events of an answer.
    String events(int port) throws IOException, InterruptedException {
        return get(http1, port)
                .lines()
                .filter(line -> line.contains("data: "))
                .map(line -> line.substring(line.indexOf("data: ") + "data: ".length()))
                .collect(Collectors.joining(" / "));
    }

    /// Hears the server, which speaks first, and says something.
    String tcp(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.connect(new InetSocketAddress(HOST, port), (int) LIMIT.toMillis());
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String greeting = in.readLine();
            socket.getOutputStream().write("stop press\n".getBytes(StandardCharsets.UTF_8));
            return greeting + " / " + in.readLine();
        }
    }

    private static <T> T done(Future<T> future) throws IOException, InterruptedException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(e.getMessage() == null ? "no answer in time" : e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        done(vertx.close());
    }
}
