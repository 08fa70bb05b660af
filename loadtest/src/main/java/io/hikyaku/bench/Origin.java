package io.hikyaku.bench;

import io.hikyaku.lab.Ports;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The real service that everything is measured against: answers `GET /1k` with 1 KiB. nginx where it is installed,
/// else a server in this process.
final class Origin implements AutoCloseable {
    static final String PATH = "/1k";

    private static final String BODY = "hikyaku ".repeat(128);
    private static final int STOP_SECONDS = 5;

    private final String name;
    private final String address;
    private final @Nullable Process nginx;
    private final @Nullable Vertx vertx;
    private final @Nullable HttpServer server;

    private Origin(
            String name, String address, @Nullable Process nginx, @Nullable Vertx vertx, @Nullable HttpServer server) {
        this.server = server;
        this.name = name;
        this.address = address;
        this.nginx = nginx;
        this.vertx = vertx;
    }

    /// @param folder for nginx's files
    static Origin start(Path folder) throws Exception {
        Optional<Path> program = Tools.find("nginx");
        return program.isPresent() ? nginx(program.get(), folder) : own();
    }

    String name() {
        return name;
    }

    String address() {
        return address;
    }

    private static Origin nginx(Path program, Path folder) throws IOException, InterruptedException {
        int port = Ports.free();
        Path config = folder.resolve("nginx.conf");
        Files.writeString(config, """
                daemon off;
                worker_processes 1;
                pid nginx.pid;
                error_log stderr crit;
                events { worker_connections 4096; }
                http {
                  access_log off;
                  keepalive_requests 1000000000;
                  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                  server {
                    listen 127.0.0.1:%d backlog=4096;
                    location = %s { default_type text/plain; return 200 '%s'; }
                  }
                }
                """.formatted(port, PATH, BODY));
        Process process = new ProcessBuilder(
                        program.toString(), "-p", folder.toString(), "-c", config.toString(), "-e", "stderr")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("nginx.log").toFile())
                .start();
        awaitListening(port, process);
        return new Origin("nginx", "127.0.0.1:" + port, process, null, null);
    }

    private static Origin own() throws Exception {
        Vertx vertx = Vertx.vertx();
        HttpServer server = vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0))
                .requestHandler(request -> request.response().end(BODY))
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        return new Origin("own", "127.0.0.1:" + server.actualPort(), null, vertx, server);
    }

    /// Waits until somebody accepts connections at the port.
    static void awaitListening(int port, Process process) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
                return;
            } catch (IOException notYet) {
                if (!process.isAlive() || System.nanoTime() > end) {
                    throw new IOException(process.info().command().orElse("A program") + " did not listen", notYet);
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        if (nginx != null) {
            nginx.destroy();
            if (!nginx.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                nginx.destroyForcibly();
            }
        }
        // Referring to the server until here keeps it open: Vert.x closes what nobody refers to.
        if (server != null) {
            server.close();
        }
        if (vertx != null) {
            vertx.close();
        }
    }
}
