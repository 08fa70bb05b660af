package io.hikyaku.lab;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// Small real services on loopback, each on a port of its own. Any thread.
public final class SmallServices implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final int SECONDS = 60;

    private final Vertx vertx = Vertx.vertx();
    /// Vert.x closes servers that nobody refers to any more.
    private final List<Object> listening = new CopyOnWriteArrayList<>();

    /// An HTTP service.
    ///
    /// @return its port
    public int http(Consumer<HttpServerRequest> handler) throws ExecutionException, InterruptedException {
        HttpServerOptions options = new HttpServerOptions().setHost(HOST).setPort(0);
        HttpServer server = done(
                vertx.createHttpServer(options).requestHandler(handler::accept).listen());
        listening.add(server);
        return server.actualPort();
    }

    /// A service of WebSockets.
    ///
    /// @return its port
    public int webSocket(Consumer<ServerWebSocket> handler) throws ExecutionException, InterruptedException {
        HttpServerOptions options = new HttpServerOptions().setHost(HOST).setPort(0);
        HttpServer server = done(vertx.createHttpServer(options)
                .webSocketHandler(handler::accept)
                .listen());
        listening.add(server);
        return server.actualPort();
    }

    /// A TCP service.
    ///
    /// @return its port
    public int tcp(Consumer<NetSocket> handler) throws ExecutionException, InterruptedException {
        NetServerOptions options = new NetServerOptions().setHost(HOST).setPort(0);
        NetServer server = done(
                vertx.createNetServer(options).connectHandler(handler::accept).listen());
        listening.add(server);
        return server.actualPort();
    }

    private static <T> T done(Future<T> future) throws ExecutionException, InterruptedException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("A small service did not start", e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        try {
            done(vertx.close());
        } catch (ExecutionException e) {
            throw new IllegalStateException("The small services did not end", e.getCause());
        }
    }
}
