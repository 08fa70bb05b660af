package io.hikyaku.config;

import io.hikyaku.config.value.HostPort;
import io.hikyaku.config.value.Rules;
import io.hikyaku.config.yaml.ConfigException;
import io.hikyaku.config.yaml.Finding;
import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/// Kafka as a link.
///
/// @param bootstrapServers one at least
/// @param properties of Kafka's clients, as Kafka names them; may hold secrets, and so are never printed
/// @param propertiesFile more of them, in Java's properties format; absolute
public record KafkaLink(List<HostPort> bootstrapServers, Map<String, String> properties, Optional<Path> propertiesFile)
        implements LinkConfig {

    private static final String BOOTSTRAP_SERVERS = "bootstrap.servers";

    public KafkaLink {
        bootstrapServers = List.copyOf(bootstrapServers);
        properties = Map.copyOf(properties);
        new Rules()
                .require(!bootstrapServers.isEmpty(), "no broker is named", "bootstrapServers")
                .require(
                        !properties.containsKey(BOOTSTRAP_SERVERS),
                        BOOTSTRAP_SERVERS + " has a key of its own, bootstrapServers",
                        "properties")
                .enforce();
        Rules rules = new Rules();
        KafkaClientBounds.troubles(properties).forEach(trouble -> rules.require(false, trouble, "properties"));
        rules.enforce();
    }

    /// What to give to Kafka's clients: the file's properties, over them the ones in the configuration, and the
    /// brokers. Reads the file.
    ///
    /// @throws ConfigException when that fails, or when clients could not work with what it contains
    public Map<String, String> clientProperties() {
        Map<String, String> all = new TreeMap<>();
        propertiesFile.ifPresent(file -> load(file).forEach((key, value) -> all.put((String) key, (String) value)));
        all.putAll(properties);
        all.put(
                BOOTSTRAP_SERVERS,
                String.join(
                        ",", bootstrapServers.stream().map(HostPort::toString).toList()));
        List<String> troubles = KafkaClientBounds.troubles(all);
        if (!troubles.isEmpty()) {
            Path file = propertiesFile.orElse(Path.of(BOOTSTRAP_SERVERS));
            throw new ConfigException(
                    file,
                    troubles.stream()
                            .map(trouble -> new Finding("", 0, trouble))
                            .toList());
        }
        return all;
    }

    private static Properties load(Path file) {
        Properties loaded = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            loaded.load(reader);
            return loaded;
        } catch (NoSuchFileException missing) {
            throw unusable(file, "there is no such file");
        } catch (IOException failed) {
            throw unusable(file, "cannot be read: " + failed.getMessage());
        } catch (IllegalArgumentException malformed) { // its message would repeat a part of the file
            throw unusable(file, "not a properties file");
        }
    }

    private static ConfigException unusable(Path file, String why) {
        return new ConfigException(file, List.of(new Finding("", 0, why)));
    }

    static KafkaLink read(Setting setting) {
        Section section = setting.section();
        var bootstrapServers = section.required("bootstrapServers", value -> value.parsed(KafkaLink::parseServers));
        return section.build(() -> new KafkaLink(
                bootstrapServers.get(),
                section.optional("properties", Setting::properties, Map.of()),
                section.optional("propertiesFile", Setting::file)));
    }

    /// Reads Kafka's own form: `host:port,host:port`.
    public static List<HostPort> parseServers(String text) {
        return List.of(text.split(",", -1)).stream()
                .map(server -> HostPort.parseDialled(server.strip()))
                .toList();
    }

    @Override
    public String toString() {
        return "KafkaLink[bootstrapServers=" + bootstrapServers + ", properties=" + properties.size()
                + " not shown, propertiesFile=" + propertiesFile + "]";
    }
}
