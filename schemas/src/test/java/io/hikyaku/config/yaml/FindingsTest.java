package io.hikyaku.config.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.BadDocument;
import io.hikyaku.config.BridgeConfig;
import io.hikyaku.config.RelayConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FindingsTest {

    private static ConfigException refusal(String yaml) {
        return assertThrows(
                ConfigException.class, () -> Reading.text(Path.of("conf/bridge.yaml"), yaml, BridgeConfig::read));
    }

    private static List<String> findings(String yaml) {
        return refusal(yaml).findings().stream().map(Finding::toString).toList();
    }

    @Test
    void allComeAtOnceInTheOrderOfTheFile() {
        // When
        ConfigException refusal = refusal("""
                mesh: Demo
                identity: { directory: id, keyFile: tls.key }
                links:
                  - relay: "relay-1.example:7443"
                  - relay: "tls://relay-2.example"
                exports:
                  - service: shop/orders
                    ports:
                      - { name: http, port: 80, protocol: http, target: "127.0.0.1:18080" }
                      - { name: more, port: 81, protocl: http, target: [ "127.0.0.1:18081", "ftp://127.0.0.1:1" ] }
                imports:
                  - service: payments
                    ports: [ { port: 80, listen: "127.0.0.1:9400" } ]
                admin: { listen: "0.0.0.0:9400" }
                limits:
                  channel: { window: 4, deadAfter: 1s }
                  streams: {}
                mesh: demo
                """);

        // Then
        assertEquals("""
                conf/bridge.yaml:
                  line 1: mesh: 'Demo' is not a name: lower-case letters, digits and '-' within, 63 characters at most
                  line 1: cluster: missing
                  line 2: identity.keyFile: unknown key; the keys here are directory
                  line 4: links[0].relay: 'relay-1.example:7443' is not a link: tls://host:port or wss://host[:port][/path]
                  line 5: links[1].relay: 'relay-2.example' lacks a port: host:port or [IPv6]:port
                  line 10: exports[0].ports[1].protocol: missing
                  line 10: exports[0].ports[1].target[1]: targets with ftp:// are not supported; accepted are host:port, h2c://host:port and https://host:port
                  line 10: exports[0].ports[1].protocl: unknown key; did you mean 'protocol'?
                  line 12: imports[0].service: 'payments' lacks its namespace: namespace/name
                  line 14: admin.listen: 0.0.0.0:9400 is taken already by imports[0].ports[0].listen (127.0.0.1:9400)
                  line 16: limits.channel.keepaliveInterval: 2s must be below limits.channel.deadAfter (1s)
                  line 16: limits.channel.gapTimeout: 2s must not exceed limits.channel.deadAfter (1s)
                  line 16: limits.channel.window: 4 is not between 64KiB and 1GiB
                  line 17: limits.streams: unknown key; did you mean 'stream'?
                  line 18: mesh: a second time; first in line 1""", refusal.getMessage());
        assertEquals(Path.of("conf/bridge.yaml"), refusal.file());
    }

    @Test
    void aRuleAboutARefusedValueIsNotToldOfItsDefault() {
        // When
        List<String> findings =
                findings(BadDocument.Program.BRIDGE.with("limits: { channel: { window: 4MB }, budget: 1MiB }"));

        // Then
        assertEquals(1, findings.size(), findings.toString());
        assertTrue(findings.getFirst().contains("limits.channel.window: '4MB' is not a size"), findings.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "---\n"})
    void anEmptyFileIsNoConfiguration(String yaml) {
        assertEquals(1, findings(yaml).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "[]", "42"})
    void aFileIsAMapping(String yaml) {
        assertTrue(findings(yaml).getFirst().contains("expected a mapping"));
    }

    @Test
    void aSecondDocumentIsRefused() {
        // When
        List<String> findings = findings(BadDocument.Program.BRIDGE.minimal + "---\nmesh: other\n");

        // Then
        assertEquals(List.of("line 6: a second document; one is read"), findings);
    }

    @Test
    void anAliasIsRefusedAndNotTakenForText() {
        // When
        List<String> findings =
                findings(BadDocument.Program.BRIDGE.with("mesh: &m demo").replace("osaka", "*m"));

        // Then
        assertEquals(1, findings.size(), findings.toString());
        assertTrue(findings.getFirst().contains("cluster: aliases (*name) are not supported"), findings.toString());
    }

    @Test
    void brokenYamlIsToldWithItsLineAndWithoutRepeatingIt() {
        // When
        List<String> findings =
                findings("mesh: demo\nlinks: [ { kafka: { properties: { password: hunter2 } }\ncluster: x\n");

        // Then
        assertEquals(1, findings.size());
        assertTrue(findings.getFirst().startsWith("line 3: not YAML: "), findings.getFirst());
        assertFalse(findings.getFirst().contains("hunter2"), findings.getFirst());
    }

    @Test
    void tooDeepIsTold() {
        assertTrue(
                findings("a: " + "[".repeat(200) + "]".repeat(200)).getFirst().contains("not YAML"));
    }

    @Test
    void noFindingRepeatsAKafkaProperty() {
        // When
        String message = String.valueOf(refusal(BadDocument.Program.BRIDGE.with(
                        "links: [ { kafka: { bootstrapServer: 'k:1', properties: { sasl.jaas.config: hunter2, a: [ hunter2 ],"
                                + " bootstrap.servers: hunter2 } } } ]"))
                .getMessage());

        // Then
        assertFalse(message.contains("hunter2"), message);
    }

    @Test
    void controlCharactersAndLengthOfAValueDontReachTheTerminal() {
        // When
        Finding finding = refusal("mesh: \"\\e[31m\\n" + "x".repeat(10_000) + "\"\n")
                .findings()
                .getFirst();

        // Then
        assertTrue(finding.message().length() < 600);
        assertTrue(finding.message().chars().noneMatch(Character::isISOControl), finding.message());
    }

    @Test
    void aFileThatIsNotThereIsAFinding(@TempDir Path folder) {
        // When
        Path file = folder.resolve("bridge.yaml");
        var refusal = assertThrows(ConfigException.class, () -> BridgeConfig.read(file));

        // Then
        assertEquals(file + ":\n  there is no such file", refusal.getMessage());
    }

    @Test
    void aFolderIsAFinding(@TempDir Path folder) {
        assertEquals(
                1,
                assertThrows(ConfigException.class, () -> RelayConfig.read(folder))
                        .findings()
                        .size());
    }

    @Test
    void aFileThatIsNotUtf8IsAFinding(@TempDir Path folder) throws IOException {
        // Given
        Path file = Files.write(folder.resolve("relay.yaml"), "mesh: démo".getBytes(StandardCharsets.ISO_8859_1));

        // When
        var refusal = assertThrows(ConfigException.class, () -> RelayConfig.read(file));

        // Then
        assertEquals(file + ":\n  not UTF-8", refusal.getMessage());
    }

    @Test
    void aFileOverTheMaximumIsAFinding(@TempDir Path folder) throws IOException {
        // Given
        Path file = Files.writeString(folder.resolve("relay.yaml"), "#".repeat((16 << 20) + 1));

        // When
        var refusal = assertThrows(ConfigException.class, () -> RelayConfig.read(file));

        // Then
        assertEquals(file + ":\n  larger than 16MiB", refusal.getMessage());
    }

    @Test
    void aLongFileIsReadWhole(@TempDir Path folder) throws IOException {
        // Given
        StringBuilder yaml = new StringBuilder(BadDocument.Program.BRIDGE.minimal).append("imports:\n");
        for (int i = 0; i < 2_000; i++) {
            yaml.append("  # %s\n  - service: shop/orders-%d\n".formatted("-".repeat(2_000), i));
            yaml.append("    ports: [ { port: 80, listen: \"127.0.0.1:0\" } ]\n");
        }
        Path file = Files.writeString(folder.resolve("bridge.yaml"), yaml);

        // When
        BridgeConfig config = BridgeConfig.read(file);

        // Then
        assertTrue(yaml.length() > 3 << 20);
        assertEquals(2_000, config.imports().size());
    }
}
