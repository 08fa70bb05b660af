package io.hikyaku.lab;

import com.github.dockerjava.api.DockerClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/// A broker as an operator runs it: Apache Kafka's image, with its own settings. The port is chosen beforehand,
/// because an engine may give a restarted container another one.
public final class ContainerBroker implements Broker {
    private static final String IMAGE = "apache/kafka";
    private static final Duration START = Duration.ofMinutes(2);

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
    public void start() throws IOException {
        engine().startContainerCmd(container.getContainerId()).exec();
        awaitServing();
    }

    /// The engine returns when the process is there; on a busy machine it serves a minute later.
    private void awaitServing() throws IOException {
        Map<String, Object> client = Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers(),
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                Math.toIntExact(START.toMillis()));
        try (Admin admin = Admin.create(client)) {
            admin.describeCluster().nodes().get();
        } catch (ExecutionException e) {
            throw new IOException(name() + " does not serve", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while it starts", e);
        }
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
