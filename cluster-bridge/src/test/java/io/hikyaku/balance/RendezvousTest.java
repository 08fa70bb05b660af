package io.hikyaku.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.hikyaku.balance.Rendezvous.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RendezvousTest {
    private static final int AFFINITIES = 4_000;

    private static @Nullable String first(List<String> all, long affinity) {
        return Rendezvous.first(all, RendezvousTest::key, one -> true, affinity);
    }

    private static Key key(String groupAndMember) {
        String[] parts = groupAndMember.split("/");
        return Key.of(parts[0], parts[1]);
    }

    private static List<@Nullable String> places(List<String> all) {
        List<@Nullable String> places = new ArrayList<>();
        for (long affinity = 0; affinity < AFFINITIES; affinity++) {
            places.add(first(all, affinity));
        }
        return places;
    }

    @Test
    void affinitiesAreSharedEvenly() {
        // When
        Map<String, Integer> shares = new TreeMap<>();
        places(List.of("a/1", "b/1", "c/1", "d/1"))
                .forEach(place -> shares.merge(String.valueOf(place), 1, Integer::sum));

        // Then
        assertEquals(4, shares.size());
        shares.forEach((place, share) -> assertEquals(AFFINITIES / 4, share, 100, place));
    }

    @Test
    void theOrderOfThoseThatAreKnownDoesNotMatter() {
        assertEquals(places(List.of("a/1", "b/1", "c/1")), places(List.of("c/1", "a/1", "b/1")));
    }

    @Test
    void oneThatGoesMovesNobodyElse() {
        // Given
        List<@Nullable String> before = places(List.of("a/1", "b/1", "c/1", "d/1"));

        // When
        List<@Nullable String> after = places(List.of("a/1", "b/1", "d/1"));

        // Then
        for (int i = 0; i < AFFINITIES; i++) {
            if (!"c/1".equals(before.get(i))) {
                assertEquals(before.get(i), after.get(i));
            }
        }
    }

    @Test
    void oneThatTakesNothingIsSkippedAndTheOthersStay() {
        // When
        List<String> all = List.of("a/1", "b/1", "c/1");
        Set<String> taking = Set.of("a/1", "c/1");

        // Then
        for (long affinity = 0; affinity < AFFINITIES; affinity++) {
            String place = Rendezvous.first(all, RendezvousTest::key, taking::contains, affinity);
            assertEquals(first(List.of("a/1", "c/1"), affinity), place);
        }
        assertNull(Rendezvous.first(all, RendezvousTest::key, one -> false, 1));
    }

    @Test
    void aMemberThatIsReplacedMovesNothingBetweenGroups() {
        // Given
        List<@Nullable String> before = places(List.of("a/1", "a/2", "b/1"));

        // When
        List<@Nullable String> after = places(List.of("a/1", "a/3", "b/1"));

        // Then
        for (int i = 0; i < AFFINITIES; i++) {
            assertEquals("b/1".equals(before.get(i)), "b/1".equals(after.get(i)));
        }
    }

    /// Bridges of different versions have to agree.
    @Test
    void theOrderIsTheSameInEveryVersion() {
        assertEquals(0xcbf29ce484222325L, Rendezvous.hash(""));
        assertEquals(0xaf63dc4c8601ec8cL, Rendezvous.hash("a"));
        assertEquals(0x85944171f73967e8L, Rendezvous.hash("foobar"));
        assertEquals(
                List.of("kyoto/1", "osaka/1", "osaka/1", "kyoto/1", "edge/1", "osaka/1", "edge/1", "kyoto/1"),
                List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L).stream()
                        .map(affinity -> String.valueOf(first(List.of("osaka/1", "kyoto/1", "edge/1"), affinity)))
                        .toList());
    }
}
