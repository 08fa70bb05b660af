package io.hikyaku.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KafkaCommandTest {
    private final StringWriter err = new StringWriter();
    private final StringWriter out = new StringWriter();

    @ParameterizedTest
    @CsvSource({
        "--mesh=Demo --cluster=osaka, Demo' is not a name",
        "--mesh=demo --cluster=a.b, a.b' is not a name",
        "--mesh=demo --cluster=osaka --partitions=0, --partitions is from 1 to 1024",
        "--mesh=demo --cluster=osaka --replication=0, --replication is 1 at least",
        "--mesh=demo, Missing required option",
    })
    void wrongUsageIsSaidAndEndsWithTwo(String arguments, String said) {
        // When
        int exit = run(("kafka prepare --bootstrap-server 127.0.0.1:1 " + arguments).split(" "));

        // Then
        assertEquals(Exit.WRONG_USAGE, exit);
        assertTrue(err.toString().contains(said), err::toString);
    }

    @Test
    void aMissingFileOfPropertiesIsNamed() {
        // When
        int exit = run(
                "kafka",
                "prepare",
                "--bootstrap-server",
                "127.0.0.1:1",
                "--mesh",
                "demo",
                "--cluster",
                "osaka",
                "--command-config",
                "nowhere.properties");

        // Then
        assertEquals(Exit.FAILED, exit);
        assertTrue(err.toString().contains("no such file: nowhere.properties"), err::toString);
    }

    @Test
    void anUnresolvableBrokerIsNamed() {
        // When
        int exit = run(
                "kafka",
                "prepare",
                "--bootstrap-server",
                "no-such-host.invalid:9092",
                "--mesh",
                "demo",
                "--cluster",
                "osaka");

        // Then
        assertEquals(Exit.FAILED, exit);
        assertTrue(err.toString().contains("connecting to Kafka at no-such-host.invalid:9092"), err::toString);
    }

    private int run(String... arguments) {
        return Hikyaku.run(List.of(), new PrintWriter(out), new PrintWriter(err), arguments);
    }
}
