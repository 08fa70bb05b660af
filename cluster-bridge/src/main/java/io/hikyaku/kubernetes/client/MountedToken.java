package io.hikyaku.kubernetes.client;

import io.fabric8.kubernetes.client.OAuthTokenProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A service account's token in a file that the kubelet replaces long before it expires, so it is read again now and
/// then. Any thread.
final class MountedToken implements OAuthTokenProvider {
    private static final Logger LOG = LoggerFactory.getLogger(MountedToken.class);
    private static final Duration FRESH = Duration.ofSeconds(10);

    private final Path file;
    private String token;
    private long readAt;

    private MountedToken(Path file, String token) {
        this.file = file;
        this.token = token;
        readAt = System.nanoTime();
    }

    static MountedToken read(Path file) throws IOException {
        return new MountedToken(file, Files.readString(file).strip());
    }

    @Override
    public synchronized String getToken() {
        if (System.nanoTime() - readAt > FRESH.toNanos()) {
            readAt = System.nanoTime();
            try {
                token = Files.readString(file).strip();
            } catch (IOException e) {
                // The one we have may be good for an hour yet.
                LOG.warn("Cannot read the service account's token again: {}", e.toString());
            }
        }
        return token;
    }
}
