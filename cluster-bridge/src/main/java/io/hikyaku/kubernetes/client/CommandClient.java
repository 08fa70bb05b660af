package io.hikyaku.kubernetes.client;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A client for a command: with an event loop of its own, and gone with the command.
///
/// @param client of the API server
/// @param vertx for it alone
public record CommandClient(KubernetesClient client, Vertx vertx) implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /// Does not connect yet.
    ///
    /// @param version of this program
    /// @throws IOException when the files that say how to connect cannot be used
    public static CommandClient open(ApiServer server, ClientBounds bounds, String version) throws IOException {
        Vertx vertx = Vertx.vertx();
        try {
            return new CommandClient(ApiServerClient.open(server, bounds, vertx, version), vertx);
        } catch (IOException | RuntimeException failed) {
            close(vertx);
            throw failed;
        }
    }

    @Override
    public void close() {
        client.close();
        close(vertx);
    }

    private static void close(Vertx vertx) {
        try {
            vertx.close().await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException slow) {
            // the process ends anyway
        }
    }
}
