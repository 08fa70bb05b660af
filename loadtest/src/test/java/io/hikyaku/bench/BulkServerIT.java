package io.hikyaku.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.loop.Await;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class BulkServerIT {
    @Test
    @Timeout(120)
    void uploadsThatItDoesNotReadEndWhenItIsTold() throws Exception {
        try (BulkServer server = new BulkServer();
                SocketChannel upload = BulkServer.stalledUpload(server.address())) {
            CompletableFuture<Boolean> ended = CompletableFuture.supplyAsync(() -> isEnded(upload));

            // When, then; the upload may have reached the server after the first word
            Await.until("the upload ends", () -> {
                BulkServer.endStalledUploads(server.address());
                return ended.isDone();
            });
            assertTrue(ended.get());
        }
    }

    /// Waits for as long as the server keeps the connection.
    private static boolean isEnded(SocketChannel upload) {
        try {
            return upload.read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException reset) {
            return true;
        }
    }
}
