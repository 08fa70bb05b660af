package io.hikyaku.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.identity.Identity;
import io.hikyaku.identity.Member;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files only, no sockets.
class AuthorityCommandTest {

    private static final InstantSource CLOCK = InstantSource.system();

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void makesAMeshAndItsMembers() throws Exception {
        // When
        int init = run("authority init --mesh demo --directory CA");
        int cluster = run("authority issue --directory CA --cluster osaka --out OUT/osaka");
        int relay = run("authority issue --directory CA --relay relay-1 --out OUT/relay-1 --days 1");

        // Then
        assertEquals(List.of(Exit.DONE, Exit.DONE, Exit.DONE), List.of(init, cluster, relay), err::toString);
        Identity osaka = Identity.load(directory.resolve("out/osaka"), CLOCK);
        Identity relay1 = Identity.load(directory.resolve("out/relay-1"), CLOCK);
        assertEquals(Member.cluster("demo", "osaka"), osaka.member());
        assertEquals(Member.relay("demo", "relay-1"), relay1.member());
        assertEquals(relay1.member(), osaka.trust().verify(relay1.chain()));
        assertTrue(out.toString().contains("spiffe://demo/cluster/osaka in "), out::toString);
        assertValidDays(90, osaka);
        assertValidDays(1, relay1);
    }

    @Test
    void aSecondIssueKeepsTheKey() throws Exception {
        // Given
        run("authority init --mesh demo --directory CA");
        run("authority issue --directory CA --cluster osaka --out OUT");
        Path identity = directory.resolve("out");
        String key = Files.readString(identity.resolve("tls.key"));
        String certificate = Files.readString(identity.resolve("tls.crt"));

        // When
        int exit = run("authority issue --directory CA --cluster osaka --out OUT");

        // Then
        assertEquals(Exit.DONE, exit);
        assertEquals(key, Files.readString(identity.resolve("tls.key")));
        assertFalse(certificate.equals(Files.readString(identity.resolve("tls.crt"))));
        assertEquals(
                Member.cluster("demo", "osaka"), Identity.load(identity, CLOCK).member());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "authority",
                "authority init",
                "authority init --mesh demo",
                "authority init --directory CA",
                "authority init --mesh Demo --directory CA",
                "authority init --mesh demo.example --directory CA",
                "authority issue --directory OLD --out OUT",
                "authority issue --directory OLD --cluster osaka",
                "authority issue --cluster osaka --out OUT",
                "authority issue --directory OLD --cluster osaka --relay relay-1 --out OUT",
                "authority issue --directory OLD --cluster ../osaka --out OUT",
                "authority issue --directory OLD --relay Relay --out OUT",
                "authority issue --directory OLD --cluster osaka --out OUT --days 0",
                "authority issue --directory OLD --cluster osaka --out OUT --days 3651",
                "authority issue --directory OLD --cluster osaka --out OUT --days ninety"
            })
    void refusesWrongUsage(String line) {
        // Given
        run("authority init --mesh demo --directory OLD");

        // When
        int exit = run(line);

        // Then
        assertEquals(Exit.WRONG_USAGE, exit);
        assertFalse(err.toString().isBlank());
        assertFalse(Files.exists(directory.resolve("ca")));
        assertFalse(Files.exists(directory.resolve("out")));
    }

    @Test
    void saysInOneLineWhatCannotBeDone() {
        // Given
        run("authority init --mesh demo --directory CA");
        run("authority issue --directory CA --cluster osaka --out OUT");

        // When
        int again = run("authority init --mesh demo --directory CA");
        int other = run("authority issue --directory CA --cluster tokyo --out OUT");
        int missing = run("authority issue --directory OLD --cluster tokyo --out OUT");

        // Then
        assertEquals(List.of(Exit.FAILED, Exit.FAILED, Exit.FAILED), List.of(again, other, missing));
        List<String> lines = err.toString().lines().toList();
        assertEquals(3, lines.size(), err::toString);
        assertTrue(lines.get(0).endsWith("exists already; it is not overwritten"), lines::toString);
        assertTrue(lines.get(1).contains("belongs to spiffe://demo/cluster/osaka"), lines::toString);
        assertTrue(lines.get(2).endsWith("ca.crt does not exist"), lines::toString);
    }

    private static void assertValidDays(int days, Identity identity) {
        Duration left = Duration.between(Instant.now(), identity.notAfter());
        assertEquals(days, left.plusHours(1).toDays());
    }

    private int run(String line) {
        String[] args = line.split(" ");
        for (int i = 0; i < args.length; i++) {
            args[i] = args[i].replace("CA", directory.resolve("ca").toString())
                    .replace("OLD", directory.resolve("old").toString())
                    .replace("OUT", directory.resolve("out").toString());
        }
        return Hikyaku.run(List.of(), new PrintWriter(out, true), new PrintWriter(err, true), args);
    }
}
