package io.hikyaku.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hikyaku.call.Candidate;
import io.hikyaku.call.Candidates;
import io.hikyaku.call.Seat;
import io.hikyaku.call.ServicePort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BalancerTest {
    private static final ServicePort PORT = new ServicePort("shop/orders", 80);

    private final Candidate tokyo = new Named("tokyo");
    private final Candidate osaka = new Named("osaka");
    private final Candidate edge = new Named("edge");
    private final Balancer balancer = new Balancer();

    private Candidates candidates(Candidate... all) {
        balancer.update(Map.of(PORT, List.of(all)));
        return balancer.candidates(PORT);
    }

    private static String label(@Nullable Seat seat) {
        return seat == null ? "nobody" : seat.candidate().label();
    }

    @Test
    void nobodyIsPickedWhenNobodyExports() {
        assertNull(balancer.candidates(PORT).pick(List.of()));
    }

    @Test
    void equalsTakeTurns() {
        Candidates candidates = candidates(tokyo, osaka, edge);
        List<String> picked = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            picked.add(label(candidates.pick(List.of())));
        }

        assertEquals(List.of("tokyo", "osaka", "edge", "tokyo", "osaka", "edge"), picked);
    }

    @Test
    void theOneWithTheFewestCallsIsPicked() {
        Candidates candidates = candidates(tokyo, osaka);
        Seat busy = candidates.pick(List.of());
        busy.begin();

        for (int i = 0; i < 4; i++) {
            assertEquals("osaka", label(candidates.pick(List.of())));
        }
        busy.finish();
        Set<String> picked = new TreeSet<>();
        picked.add(label(candidates.pick(List.of())));
        picked.add(label(candidates.pick(List.of())));
        assertEquals(Set.of("osaka", "tokyo"), picked);
    }

    @Test
    void thoseTriedAreLeftOut() {
        Candidates candidates = candidates(tokyo, osaka);
        Seat first = candidates.pick(List.of());
        Seat second = candidates.pick(List.of(first));

        assertEquals("osaka", label(second));
        assertNull(candidates.pick(List.of(first, second)));
    }

    @Test
    void anUpdateKeepsTheCountsOfThoseThatStay() {
        Candidates before = candidates(tokyo, osaka);
        Seat busy = before.pick(List.of());
        busy.begin();
        Candidates after = candidates(edge, tokyo);

        assertSame(before, after);
        for (int i = 0; i < 3; i++) {
            assertEquals("edge", label(after.pick(List.of())));
        }
    }

    @Test
    void aPortThatTheViewDoesNotNameHasNobody() {
        Candidates candidates = candidates(tokyo);
        balancer.update(Map.of());

        assertNull(candidates.pick(List.of()));
    }

    @Test
    void moreCallsCannotFinishThanBegan() {
        Seat seat = candidates(tokyo).pick(List.of());
        seat.begin();
        seat.finish();

        assertThrows(IllegalStateException.class, seat::finish);
    }

    private record Named(String label) implements Candidate {
        @Override
        public void whenReady(Waiter waiter) {
            waiter.onUnreachable("");
        }
    }
}
