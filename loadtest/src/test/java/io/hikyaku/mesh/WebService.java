package io.hikyaku.mesh;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A web service of a real server, in HTTP/1.1, HTTP/2 with prior knowledge, and WebSocket, whose path says what it
/// does.
final class WebService implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;
    private static final int MAX_HEAD = 64 << 10;

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    private final BlockingQueue<HttpServerResponse> streams = new LinkedBlockingQueue<>();
    private final BlockingQueue<ServerWebSocket> sockets = new LinkedBlockingQueue<>();
    private volatile BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    WebService() throws Exception {
        HttpServerOptions options = new HttpServerOptions()
                .setHost("127.0.0.1")
                .setPort(0)
                .setMaxHeaderSize(MAX_HEAD)
                .setMaxWebSocketFrameSize(1 << 20)
                .setPerMessageWebSocketCompressionSupported(true)
                .setWebSocketSubProtocols(List.of("chat.v2", "chat.v1"));
        server = done(vertx.createHttpServer(options)
                .requestHandler(this::answer)
                .webSocketHandler(this::converse)
                .listen());
    }

    static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    int port() {
        return server.actualPort();
    }

    /// The open answer of the next call of `/events`, for the test to go on with.
    HttpServerResponse takeStream() throws InterruptedException {
        return taken(streams, "nobody asked for events");
    }

    /// What the next thing was that a WebSocket heard, in words.
    String takeHeard() throws InterruptedException {
        return taken(heard, "no WebSocket heard anything");
    }

    void forgetHeard() {
        heard = new LinkedBlockingQueue<>();
        streams.clear();
    }

    private static <T> T taken(BlockingQueue<T> queue, String otherwise) throws InterruptedException {
        T next = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError(otherwise);
        }
        return next;
    }

    private void answer(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        String[] path = request.path().split("/");
        switch (path[1]) {
            case "echo" -> request.pipeTo(response.setChunked(true));
            case "sum" -> sum(request);
            case "bytes" -> bytes(request, Integer.parseInt(path[2]), Long.parseLong(path[3]));
            case "fields" -> response.end(fields(request.headers()));
            case "trailers" -> trailers(request);
            case "hints" ->
                response.writeEarlyHints(MultiMap.caseInsensitiveMultiMap().add("link", "</style.css>; rel=preload"))
                        .onComplete(sent -> response.end("after the hints"));
            case "expected" -> {
                response.writeContinue();
                sum(request);
            }
            case "refused" -> response.setStatusCode(413).end("too large");
            case "events" -> {
                response.setChunked(true).putHeader("content-type", "text/event-stream");
                response.write("data: first\n\n");
                streams.add(response);
            }
            default -> response.setStatusCode(404).end();
        }
    }

    private static String fields(MultiMap fields) {
        StringBuilder text = new StringBuilder();
        fields.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append('\n'));
        return text.toString();
    }

    private static void sum(HttpServerRequest request) {
        request.body().onSuccess(body -> request.response().end(hash(body.getBytes())));
    }

    private static void bytes(HttpServerRequest request, int count, long seed) {
        Buffer body = Buffer.buffer(payload(seed, count));
        if (request.method().equals(HttpMethod.HEAD)) {
            request.response()
                    .putHeader("content-length", String.valueOf(count))
                    .end();
            return;
        }
        String range = request.getHeader("range");
        if (range == null) {
            request.response().end(body);
            return;
        }
        String[] ends = range.substring("bytes=".length()).split("-");
        int from = Integer.parseInt(ends[0]);
        int to = Integer.parseInt(ends[1]);
        request.response()
                .setStatusCode(206)
                .putHeader("Content-Range", "bytes " + from + "-" + to + "/" + count)
                .end(body.slice(from, to + 1));
    }

    private static void trailers(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            HttpServerResponse response = request.response();
            response.setChunked(true).putHeader("trailer", "x-sum").putTrailer("x-sum", hash(body.getBytes()));
            response.end(body);
        });
    }

    /// Ends the connections of all open WebSockets as a crash would.
    void dropSockets() {
        for (ServerWebSocket socket = sockets.poll(); socket != null; socket = sockets.poll()) {
            ((WebSocketInternal) socket).channelHandlerContext().close();
        }
    }

    private void converse(ServerWebSocket socket) {
        BlockingQueue<String> own = heard; // what is heard late belongs to the test that opened it
        sockets.add(socket);
        own.add("opened " + socket.subProtocol());
        socket.textMessageHandler(text -> {
            if (text.startsWith("close ")) {
                socket.close(Short.parseShort(text.substring("close ".length())), "as you wish");
            } else {
                socket.writeTextMessage(text);
            }
        });
        socket.binaryMessageHandler(socket::writeBinaryMessage);
        socket.pongHandler(pong -> own.add("pong " + pong));
        socket.closeHandler(closed -> own.add("closed " + socket.closeStatusCode() + " " + socket.closeReason()));
    }

    /// Bytes that differ for each seed.
    static byte[] payload(long seed, int count) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws Exception {
        done(vertx.close());
    }
}
