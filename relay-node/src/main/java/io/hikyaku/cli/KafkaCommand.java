package io.hikyaku.cli;

import io.hikyaku.kafka.KafkaTopics;
import io.hikyaku.kafka.prepare.KafkaPrepare;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `hikyaku kafka`: what Kafka needs before it can carry a mesh.
@Command(
        name = "kafka",
        description = "Prepares a Kafka as a transport.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = KafkaCommand.Prepare.class)
final class KafkaCommand {

    private KafkaCommand() {}

    /// `hikyaku kafka prepare`: the topics of clusters, created by an operator with the right to do so; bridges do
    /// not have it.
    @Command(
            name = "prepare",
            description = {
                "Makes the topics of clusters: an inbox and a registry each.",
                "What exists already is checked, and put right where that loses nothing."
            })
    static final class Prepare implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Option(
                names = "--bootstrap-server",
                required = true,
                paramLabel = "HOST:PORT",
                description = "Brokers to begin with, separated by commas.")
        private String bootstrapServer;

        @Option(names = "--mesh", required = true, paramLabel = "NAME", description = "The mesh.")
        private String mesh;

        @Option(
                names = "--cluster",
                required = true,
                paramLabel = "NAME",
                description = "A cluster that takes part over this Kafka; may be repeated.")
        private List<String> clusters;

        @Option(
                names = "--partitions",
                defaultValue = "8",
                paramLabel = "N",
                description = "Partitions of each inbox (default: ${DEFAULT-VALUE}); about one per bridge is good.")
        private int partitions;

        @Option(
                names = "--replication",
                defaultValue = "1",
                paramLabel = "N",
                description = "Replicas of new topics (default: ${DEFAULT-VALUE}).")
        private int replication;

        @Option(
                names = "--command-config",
                paramLabel = "FILE",
                description = "Properties of Kafka's client, for instance its TLS settings.")
        private @Nullable Path commandConfig;

        @Override
        public Integer call() throws IOException {
            KafkaTopics topics = checked();
            Map<String, String> properties = clientProperties();
            PrintWriter out = spec.commandLine().getOut();
            try (KafkaPrepare prepare = new KafkaPrepare(properties)) {
                print(out, prepare.prepare(topics, clusters, partitions, replication));
            }
            return Exit.DONE;
        }

        private KafkaTopics checked() {
            if (partitions < 1 || partitions > 1024) {
                throw new ParameterException(spec.commandLine(), "--partitions is from 1 to 1024, not " + partitions);
            }
            if (replication < 1 || replication > Short.MAX_VALUE) {
                throw new ParameterException(spec.commandLine(), "--replication is 1 at least, not " + replication);
            }
            try {
                clusters.forEach(KafkaTopics::checkLabel);
                return new KafkaTopics(mesh);
            } catch (IllegalArgumentException wrong) {
                throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
            }
        }

        private Map<String, String> clientProperties() throws IOException {
            Map<String, String> properties = new HashMap<>();
            if (commandConfig != null) {
                Properties file = new Properties();
                try (Reader reader = Files.newBufferedReader(commandConfig, StandardCharsets.UTF_8)) {
                    file.load(reader);
                }
                file.forEach((key, value) -> properties.put((String) key, (String) value));
            }
            properties.put("bootstrap.servers", bootstrapServer);
            return properties;
        }

        private static void print(PrintWriter out, List<KafkaPrepare.Outcome> outcomes) {
            int width =
                    outcomes.stream().mapToInt(o -> o.topic().length()).max().orElse(0);
            String format = "%-" + Math.max(width, 5) + "s  %10s  %-14s  %s%n";
            out.printf(format, "TOPIC", "PARTITIONS", "CLEANUP", "DONE");
            outcomes.forEach(o -> out.printf(format, o.topic(), o.partitions(), o.cleanup(), o.action()));
            out.flush();
        }
    }
}
