package io.hikyaku.lab;

import java.io.IOException;

/// One Kafka broker of ours: Kafka's own server in a child process ([KafkaServer]), or in a container.
public interface Broker extends AutoCloseable {
    /// For people and test reports.
    String name();

    /// `host:port`, the same before and after a restart.
    String bootstrapServers();

    /// Ends the broker, keeping its data, and returns when it no longer accepts connections.
    void stop() throws IOException;

    /// Starts a stopped broker with its data at its old address, and returns when it serves.
    void start() throws IOException;

    /// Whether any byte sequence equal to the canary lies in the broker's log segments.
    boolean segmentsHold(String canary) throws IOException;

    /// Ends it and deletes its data.
    @Override
    void close() throws IOException;
}
