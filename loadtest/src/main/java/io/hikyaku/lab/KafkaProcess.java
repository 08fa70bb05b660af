package io.hikyaku.lab;

import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.SharedServer;
import kafka.server.StandardFaultHandlerFactory;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.common.MetadataVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/// The child process of [KafkaServer]: broker and controller (KRaft) in this JVM.
///
/// Both ports are bound before Kafka is configured, since the controller's has to be in the configuration. They are
/// not of those that the kernel gives to outgoing connections: while the broker is stopped one of these could take its
/// place, a client's own attempt to reach it included. The folder is formatted here too, which
/// costs a second JVM less than Kafka's own tool.
///
/// Arguments: the folder, the port for clients, the port of the controller; 0 for any. When it serves it prints
/// `ready CLIENTS CONTROLLER`. SIGTERM stops it and leaves the data; the end of standard input means that the
/// parent is gone, so that the folder goes as well.
final class KafkaProcess {
    static final String READY = "ready";
    static final String SETTINGS = "server.properties";
    static final String DATA = "data";
    static final String CLIENTS = "CLIENTS";
    static final String CONTROLLER = "CONTROLLER";
    static final int NODE = 1;
    /// The system property with the address to listen on; loopback if not set.
    static final String ADDRESS_PROPERTY = "hikyaku.kafka.address";

    private static final Logger LOG = LoggerFactory.getLogger(KafkaProcess.class);
    private static final String ADDRESS = System.getProperty(ADDRESS_PROPERTY, "127.0.0.1");
    private static final Duration STOP = Duration.ofSeconds(5);

    private final ControllerServer controller;
    private final BrokerServer broker;

    private KafkaProcess(ControllerServer controller, BrokerServer broker) {
        this.controller = controller;
        this.broker = broker;
    }

    static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Ending ending = new Ending(folder);
        Thread.ofPlatform().daemon().name("parent").start(ending::awaitEndOfInput);
        Map<String, ServerSocketChannel> sockets = new HashMap<>();
        sockets.put(CLIENTS, bind(Integer.parseInt(arguments[1])));
        sockets.put(CONTROLLER, bind(Integer.parseInt(arguments[2])));

        KafkaProcess process = configure(folder, sockets);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ending.end(process)));
        process.controller.startup();
        process.broker.startup();
        System.out.println(READY + " " + port(sockets, CLIENTS) + " " + port(sockets, CONTROLLER));
    }

    private static ServerSocketChannel bind(int port) throws IOException {
        ServerSocketChannel socket = ServerSocketChannel.open();
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral(ADDRESS), port == 0 ? Ports.free() : port));
        socket.configureBlocking(false); // or Kafka's acceptor dies silently
        return socket;
    }

    private static int port(Map<String, ServerSocketChannel> sockets, String listener) {
        ServerSocketChannel socket = sockets.get(listener);
        if (socket == null) {
            throw new IllegalStateException("No socket was bound for listener " + listener);
        }
        return socket.socket().getLocalPort();
    }

    private static KafkaProcess configure(Path folder, Map<String, ServerSocketChannel> sockets) throws Exception {
        Map<String, String> settings = settings(folder, sockets);
        format(folder.resolve(DATA));
        KafkaConfig config = new KafkaConfig(settings);
        Tuple2<MetaPropertiesEnsemble, BootstrapMetadata> stored = KafkaRaftServer.initializeLogDirs(config, LOG, "");
        SharedServer shared = new SharedServer(
                config,
                stored._1(),
                Time.SYSTEM,
                new Metrics(),
                CompletableFuture.completedFuture(
                        QuorumConfig.parseVoterConnections(config.quorumConfig().voters())),
                List.of(),
                new StandardFaultHandlerFactory(),
                (listener, address, backlog, receiveBuffer) -> {
                    ServerSocketChannel socket = sockets.get(listener);
                    if (socket == null) {
                        throw new IOException("No socket was bound for listener " + listener);
                    }
                    return socket;
                });
        return new KafkaProcess(
                new ControllerServer(shared, KafkaRaftServer.configSchema(), stored._2()), new BrokerServer(shared));
    }

    private static Map<String, String> settings(Path folder, Map<String, ServerSocketChannel> sockets)
            throws IOException {
        Properties given = new Properties();
        try (Reader reader = Files.newBufferedReader(folder.resolve(SETTINGS), StandardCharsets.UTF_8)) {
            given.load(reader);
        }
        Map<String, String> settings = new HashMap<>();
        given.forEach((key, value) -> settings.put((String) key, (String) value));
        String clients = CLIENTS + "://" + ADDRESS + ":" + port(sockets, CLIENTS);
        String controller = CONTROLLER + "://" + ADDRESS + ":" + port(sockets, CONTROLLER);
        settings.put("listeners", clients + "," + controller);
        settings.put("advertised.listeners", clients);
        settings.put("controller.quorum.voters", NODE + "@" + ADDRESS + ":" + port(sockets, CONTROLLER));
        settings.put("log.dirs", folder.resolve(DATA).toString());
        return settings;
    }

    private static void format(Path data) throws Exception {
        if (Files.exists(data.resolve("meta.properties"))) {
            return;
        }
        new Formatter()
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(NODE)
                .setReleaseVersion(MetadataVersion.latestProduction())
                .setControllerListenerName(CONTROLLER)
                .setMetadataLogDirectory(data.toString())
                .addDirectory(data.toString())
                .setPrintStream(System.err)
                .run();
    }

    private void stop() {
        broker.shutdown(STOP);
        controller.shutdown();
    }

    /// How the process ends. The hook runs once, whatever caused it.
    private static final class Ending {
        private final Path folder;
        private volatile boolean orphaned;

        Ending(Path folder) {
            this.folder = folder;
        }

        void awaitEndOfInput() {
            try {
                while (System.in.read() >= 0) {
                    continue;
                }
            } catch (IOException gone) {
                LOG.debug("The parent's pipe broke", gone);
            }
            orphaned = true;
            System.exit(0);
        }

        void end(KafkaProcess process) {
            Thread stopping = Thread.ofPlatform().daemon().start(process::stop);
            try {
                stopping.join(orphaned ? STOP.multipliedBy(4) : STOP.plusSeconds(1)); // who writes hinders deleting
                if (orphaned) {
                    TemporaryFolder.delete(folder);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException e) {
                LOG.warn("{} could not be deleted", folder, e);
            }
            Runtime.getRuntime().halt(0);
        }
    }
}
