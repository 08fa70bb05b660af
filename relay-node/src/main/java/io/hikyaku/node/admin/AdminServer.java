package io.hikyaku.node.admin;

import io.hikyaku.config.value.HostPort;
import io.hikyaku.status.NodeStatusJson;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The admin server, in the clear and without passwords: `/livez`, `/readyz`, `/metrics` and `/api/v1/status`, to be
/// read and not written. It belongs on the loopback interface or behind a network policy.
public final class AdminServer {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final int MAX_HEADER_BYTES = 8 << 10;
    private static final int MAX_LINE_BYTES = 2 << 10;
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final Duration STOP = Duration.ofSeconds(1);
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final String JSON = "application/json";

    private final Vertx vertx;
    private final Metrics metrics;
    private final Readiness liveness;
    private final Readiness readiness;
    private final StatusSource status;
    private final HttpServer server;
    private final AdminConnections connections = new AdminConnections();

    /// @param vertx whose event loops answer, and whose workers do what takes longer
    /// @param liveness what is broken for good, so that only a restart helps
    public AdminServer(Vertx vertx, Metrics metrics, Readiness liveness, Readiness readiness, StatusSource status) {
        this.vertx = vertx;
        this.metrics = metrics;
        this.liveness = liveness;
        this.readiness = readiness;
        this.status = status;
        this.server = vertx.createHttpServer(new HttpServerOptions()
                        .setMaxHeaderSize(MAX_HEADER_BYTES)
                        .setMaxInitialLineLength(MAX_LINE_BYTES)
                        .setIdleTimeout((int) IDLE.toSeconds())
                        .setIdleTimeoutUnit(TimeUnit.SECONDS)
                        .setHttp2ClearTextEnabled(false))
                .connectionHandler(this::onConnection)
                .exceptionHandler(failure -> LOG.debug("admin connection failed", failure))
                .requestHandler(this::onRequest);
    }

    /// @return the address with the port actually bound, or why that is not possible
    public Future<HostPort> listen(HostPort address) {
        return server.listen(address.port(), address.host()).map(bound -> address.withPort(bound.actualPort()));
    }

    /// Answers the requests in progress, and closes.
    public Future<Void> stop() {
        return server.shutdown(STOP.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void onConnection(HttpConnection connection) {
        connections.enter(connection);
        connection.closeHandler(_ -> connections.leave(connection));
    }

    private void onRequest(HttpServerRequest request) {
        if (request.response().writeQueueFull()) {
            AdminConnections.reset(request.connection()); // asks on without having read what it was answered
            return;
        }
        connections.touch(request.connection());
        request.response().endHandler(_ -> connections.touch(request.connection()));
        switch (request.path()) {
            case "/livez" -> read(request, () -> answerProbe(request, liveness, "live"));
            case "/readyz" -> read(request, () -> answerProbe(request, readiness, "ready"));
            case "/metrics" ->
                read(request, () -> answerLater(request, PROMETHEUS, () -> Buffer.buffer(metrics.scrape())));
            case "/api/v1/status" ->
                read(
                        request,
                        () -> answerLater(request, JSON, () -> Buffer.buffer(NodeStatusJson.write(status.status()))));
            case null, default -> answer(request, 404, TEXT, Buffer.buffer("There is nothing here.\n"));
        }
    }

    private static void read(HttpServerRequest request, Runnable answer) {
        if (request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD)) {
            answer.run();
        } else {
            request.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD");
            answer(request, 405, TEXT, Buffer.buffer("Only GET and HEAD.\n"));
        }
    }

    /// @param well what is said if nothing is missing
    private static void answerProbe(HttpServerRequest request, Readiness probed, String well) {
        Optional<String> missing = probed.missing();
        answer(
                request,
                missing.isEmpty() ? 200 : 503,
                TEXT,
                Buffer.buffer(missing.map(what -> "not " + well + ": " + what).orElse(well) + "\n"));
    }

    /// What may take milliseconds is made by a worker, so that no packet waits behind it.
    private void answerLater(HttpServerRequest request, String type, Callable<Buffer> body) {
        vertx.executeBlocking(body, false).onComplete(made -> {
            if (made.succeeded()) {
                answer(request, 200, type, made.result());
            } else {
                LOG.error("{} failed", request.path(), made.cause());
                answer(request, 500, TEXT, Buffer.buffer("This failed; the log says why.\n"));
            }
        });
    }

    private static void answer(HttpServerRequest request, int code, String type, Buffer body) {
        HttpServerResponse response = request.response();
        if (response.closed()) {
            return;
        }
        response.setStatusCode(code)
                .putHeader(HttpHeaders.CONTENT_TYPE, type)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader("x-content-type-options", "nosniff")
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
        if (request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                || request.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
            response.putHeader(HttpHeaders.CONNECTION, "close"); // nobody reads a body here
        }
        if (request.method().equals(HttpMethod.HEAD)) {
            response.end();
        } else {
            response.end(body);
        }
    }
}
