package io.hikyaku.lab;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/// The brokers that the same tests run against. Each is started once per JVM, by the first test that wants it;
/// tests keep out of each other's way by a mesh name of their own.
public enum BrokerKind {
    PROCESS {
        @Override
        Broker open() throws IOException {
            return KafkaServer.open();
        }
    },
    CONTAINER {
        @Override
        Broker open() throws IOException {
            assumeTrue(ContainerBroker.available(), "there is no container engine here");
            return ContainerBroker.open();
        }
    };

    private @Nullable Broker shared;

    abstract Broker open() throws IOException;

    /// The broker of this kind; skips the calling test with a reason where there is none.
    public synchronized Broker shared() throws IOException {
        if (shared == null) {
            Broker opened = open();
            shared = opened;
            Runtime.getRuntime().addShutdownHook(new Thread(() -> close(opened)));
        }
        return shared;
    }

    private static void close(Broker broker) {
        try {
            broker.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
