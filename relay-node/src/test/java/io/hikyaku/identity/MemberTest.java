package io.hikyaku.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemberTest {

    private static final String LONGEST = "a".repeat(63);

    @Test
    void readsWhatItWrites() {
        for (Member member : new Member[] {
            Member.cluster("demo", "osaka"), Member.relay("demo", "relay-1"), Member.cluster(LONGEST, LONGEST)
        }) {
            assertEquals(member, Member.parse(member.uri()));
        }
    }

    @Test
    void writesTheKindAndTheName() {
        assertEquals(
                "spiffe://demo/cluster/osaka", Member.cluster("demo", "osaka").uri());
        assertEquals("spiffe://demo/relay/hub", Member.relay("demo", "hub").uri());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "spiffe://",
                "spiffe://demo",
                "spiffe://demo/",
                "spiffe://demo/cluster",
                "spiffe://demo/cluster/",
                "spiffe://demo/cluster/osaka/",
                "spiffe://demo/cluster/osaka/x",
                "spiffe://demo/cluster//osaka",
                "spiffe:///cluster/osaka",
                "spiffe://demo/cluster/../cluster",
                "spiffe://demo/cluster/..",
                "spiffe://demo/./osaka",
                "SPIFFE://demo/cluster/osaka",
                "spiffe://Demo/cluster/osaka",
                "spiffe://demo/Cluster/osaka",
                "spiffe://demo/cluster/Osaka",
                "spiffe://demo/cluster/%6fsaka",
                "spiffe://demo%2ecluster/osaka",
                "spiffe://demo/cluster/osaka?x",
                "spiffe://demo/cluster/osaka#x",
                "spiffe://demo:443/cluster/osaka",
                "spiffe://user@demo/cluster/osaka",
                "spiffe://demo/cluster/osaka ",
                " spiffe://demo/cluster/osaka",
                "spiffe://demo/cluster/osaka\n",
                "spiffe://demo/cluster/os\u0000aka",
                "spiffe://demo/cluster/ösaka",
                "spiffe://demo/cluster/-osaka",
                "spiffe://demo/cluster/osaka-",
                "spiffe://demo/cluster/osa_ka",
                "spiffe://demo/cluster/osa.ka",
                "spiffe://demo.example/cluster/osaka",
                "spiffe://demo/cluster/*",
                "spiffe://demo/server/osaka",
                "https://demo/cluster/osaka",
                "spiffe:/demo/cluster/osaka",
                "demo/cluster/osaka"
            })
    void refusesEverythingElse(String uri) {
        assertThrows(IllegalArgumentException.class, () -> Member.parse(uri));
    }

    @Test
    void refusesANameOf64Characters() {
        assertThrows(IllegalArgumentException.class, () -> Member.cluster("demo", LONGEST + "a"));
        assertThrows(IllegalArgumentException.class, () -> Member.cluster(LONGEST + "a", "osaka"));
    }

    @Test
    void saysWhatIsWrongWithoutRepeatingControlCharactersOrEndlessNames() {
        // When
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> Member.parse("spiffe://demo/cluster/x\r\n\u001b[31mforged" + "y".repeat(100_000)))
                .getMessage();

        // Then
        assertTrue(message.length() < 500, message);
        assertTrue(message.chars().noneMatch(Character::isISOControl), message);
        assertTrue(message.contains("cluster"), message);
    }
}
