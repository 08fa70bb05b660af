package io.hikyaku.lab;

import com.github.dockerjava.api.DockerClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/// A broker as an operator runs it: Apache Kafka's image, with its own settings. The port is chosen beforehand,
/// because an engine may give a restarted container another one.
public final class ContainerBroker implements Broker {
    private static final String IMAGE = "apache/kafka";

    private final KafkaContainer container;

    private ContainerBroker(KafkaContainer container) {
        this.container = container;
    }

    /// Whether there is an engine to run it.
    public static boolean available() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    public static ContainerBroker open() throws IOException {
        String image = System.getenv().getOrDefault("KAFKA_IMAGE", IMAGE + ":4.3.1");
        KafkaContainer container =
                new KafkaContainer(DockerImageName.parse(image).asCompatibleSubstituteFor(IMAGE));
        container.setPortBindings(List.of(freePort() + ":9092"));
        container.withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false");
        container.start();
        return new ContainerBroker(container);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public String name() {
        return "container " + container.getDockerImageName();
    }

    @Override
    public String bootstrapServers() {
        return container.getBootstrapServers().replaceFirst("^.*://", "");
    }

    @Override
    public void stop() {
        engine().stopContainerCmd(container.getContainerId()).withTimeout(10).exec();
    }

    @Override
    public void start() {
        engine().startContainerCmd(container.getContainerId()).exec();
    }

    private static DockerClient engine() {
        return DockerClientFactory.instance().client();
    }

    @Override
    public boolean segmentsHold(String canary) throws IOException {
        try {
            return container
                            .execInContainer(
                                    "grep",
                                    "-rqaF",
                                    "--include=*.log",
                                    canary,
                                    "/tmp/kafka-logs",
                                    "/tmp/kraft-combined-logs")
                            .getExitCode()
                    == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while searching the segments", e);
        }
    }

    @Override
    public void close() {
        container.stop();
    }
}
