package io.hikyaku.link.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PendingGreetingsTest {
    private static final int MAX = 20;
    private static final int MAX_PER_SOURCE = 10;
    private static final int HELLOS = PendingGreetings.HELLOS_PER_PLACE * MAX_PER_SOURCE;
    private static final InetSocketAddress HERE = new InetSocketAddress("10.0.0.1", 1000);

    private final long seed = System.nanoTime();
    private final List<String> left = new ArrayList<>();
    private final PendingGreetings<String> pendingGreetings =
            new PendingGreetings<>(MAX, MAX_PER_SOURCE, new SplittableRandom(seed), left::add);

    private void fill(String name, InetSocketAddress from, int count) {
        for (int i = 0; i < count; i++) {
            assertTrue(pendingGreetings.enter(name + i, from));
        }
    }

    private static InetSocketAddress stranger(int number) {
        return new InetSocketAddress("10.1.0." + number, 1000);
    }

    @Test
    void aNewcomerTakesThePlaceOfOneOfItsSourceThatHasSaidNothing() {
        // Given
        fill("silent", HERE, MAX_PER_SOURCE - 1);
        pendingGreetings.enter("begun", HERE);
        pendingGreetings.begin("begun", 0);

        // When
        fill("more", HERE, 100);

        // Then
        assertEquals(MAX_PER_SOURCE, pendingGreetings.size());
        assertEquals(100, left.size());
        assertFalse(left.contains("begun"), "seed " + seed);
    }

    @Test
    void whoGivesWayIsDrawnByLot() {
        // Given
        int survived = 0;

        // When
        for (int i = 0; i < 1000; i++) {
            PendingGreetings<String> room = new PendingGreetings<>(MAX, 2, new SplittableRandom(seed + i), gone -> {});
            room.enter("first", HERE);
            room.enter("second", HERE);
            room.enter("third", HERE);
            room.leave("second");
            room.leave("third");
            survived += room.size();
        }

        // Then
        assertEquals(500, survived, 100, "seed " + seed);
    }

    @Test
    void provenMembersGiveWayToNobody() {
        // Given
        fill("member", HERE, MAX_PER_SOURCE);
        for (int i = 0; i < MAX_PER_SOURCE; i++) {
            pendingGreetings.proven("member" + i);
        }

        // When, then
        assertFalse(pendingGreetings.enter("newcomer", HERE));
        assertTrue(pendingGreetings.enter("elsewhere", stranger(1)));
        assertEquals(List.of(), left);
    }

    @Test
    void whenAllPlacesAreTakenStrangersGiveWayBeforeThoseFromWhereMembersCome() {
        // Given
        pendingGreetings.enter("member", HERE);
        pendingGreetings.proven("member");
        pendingGreetings.leave("member");
        pendingGreetings.enter("from here", HERE);
        for (int i = 0; i < MAX - 1; i++) {
            pendingGreetings.enter("stranger" + i, stranger(i));
        }

        // When
        fill("flood", stranger(200), 5);
        pendingGreetings.enter("another from here", HERE);

        // Then
        assertEquals(MAX, pendingGreetings.size());
        assertEquals(List.of("stranger0", "stranger1", "stranger2", "stranger3", "stranger4", "stranger5"), left);
    }

    @Test
    void aSourceBeginsSoManyHandshakesInASecondAndNoMore() {
        // Given
        long second = TimeUnit.SECONDS.toNanos(1);
        int begun = 0;

        // When
        for (int i = 0; i < 2 * HELLOS; i++) {
            pendingGreetings.enter("hello" + i, HERE);
            begun += pendingGreetings.begin("hello" + i, second + i) ? 1 : 0;
            pendingGreetings.leave("hello" + i);
        }

        // Then
        assertEquals(HELLOS, begun);
        pendingGreetings.enter("elsewhere", stranger(1));
        assertTrue(pendingGreetings.begin("elsewhere", second));
        pendingGreetings.enter("later", HERE);
        assertTrue(pendingGreetings.begin("later", 2 * second + 1));
    }
}
