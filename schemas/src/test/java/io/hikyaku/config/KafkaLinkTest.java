package io.hikyaku.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.yaml.ConfigException;
import io.hikyaku.config.yaml.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KafkaLinkTest {

    private static KafkaLink link(Map<String, String> properties, Optional<Path> file) {
        return new KafkaLink(KafkaLink.parseServers("k1:9093,[::1]:9094"), properties, file);
    }

    @Test
    void clientsGetTheFileAndOverItTheConfigurationAndTheBrokers(@TempDir Path folder) throws IOException {
        // Given
        Path file = Files.writeString(
                folder.resolve("kafka.properties"),
                "bootstrap.servers=elsewhere:1\nsasl.jaas.config=hunter2\nsecurity.protocol=PLAINTEXT\n");

        // When
        Map<String, String> properties =
                link(Map.of("security.protocol", "SSL"), Optional.of(file)).clientProperties();

        // Then
        assertEquals(
                Map.of(
                        "bootstrap.servers",
                        "k1:9093,[::1]:9094",
                        "sasl.jaas.config",
                        "hunter2",
                        "security.protocol",
                        "SSL"),
                properties);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "buffer.memory=65536 | buffer.memory is 65536, and must be 1048576 at least",
                "buffer.memory=1048576,batch.size=524288 | must be 4 times batch.size (524288) at least",
                "max.request.size=16384 | max.request.size must be 1048576 at least",
                "delivery.timeout.ms=3000 | (3000) must not be below request.timeout.ms and linger.ms together (5000)",
                "buffer.memory=much | buffer.memory must be a number",
            })
    void limitsOfTheClientsThatCannotWorkTogetherAreFindings(String written, String said, @TempDir Path folder)
            throws IOException {
        // Given
        Map<String, String> properties = new HashMap<>();
        for (String one : written.split(",")) {
            properties.put(one.split("=")[0], one.split("=")[1]);
        }
        Path file = Files.writeString(folder.resolve("kafka.properties"), written.replace(',', '\n') + "\n");

        // When
        var inline = assertThrows(IllegalArgumentException.class, () -> link(properties, Optional.empty()));
        var inFile = assertThrows(
                ConfigException.class, () -> link(Map.of(), Optional.of(file)).clientProperties());

        // Then
        assertTrue(String.valueOf(inline.getMessage()).contains(said), inline::getMessage);
        assertTrue(inFile.getMessage().startsWith(file + ":"), inFile::getMessage);
        assertTrue(inFile.getMessage().contains(said), inFile::getMessage);
    }

    @Test
    void aPropertiesFileThatIsNotThereIsAFindingOfThatFile(@TempDir Path folder) {
        // Given
        Path file = folder.resolve("kafka.properties");

        // When
        var refusal = assertThrows(
                ConfigException.class, () -> link(Map.of(), Optional.of(file)).clientProperties());

        // Then
        assertEquals(file + ":\n  there is no such file", refusal.getMessage());
    }

    @Test
    void aBrokenPropertiesFileIsNotRepeated(@TempDir Path folder) throws IOException {
        // Given
        Path file = Files.writeString(folder.resolve("kafka.properties"), "password=hunter2\\u00zz\n");

        // When
        var refusal = assertThrows(
                ConfigException.class, () -> link(Map.of(), Optional.of(file)).clientProperties());

        // Then
        assertEquals(file + ":\n  not a properties file", refusal.getMessage());
    }

    @Test
    void propertiesAreNotPrintedWithAnythingAroundThem() {
        // Given
        KafkaLink link = link(Map.of("sasl.jaas.config", "hunter2"), Optional.empty());
        BridgeConfig config = Reading.text(
                Path.of("x.yaml"),
                BadDocument.Program.BRIDGE.with(
                        "links: [ { kafka: { bootstrapServers: 'k:1', properties: { sasl.jaas.config: hunter2 } } } ]"),
                BridgeConfig::read);

        // When
        String printed = link + List.of(link).toString() + config;

        // Then
        assertTrue(printed.contains("k1:9093"), printed);
        assertFalse(printed.contains("hunter2"), printed);
    }
}
