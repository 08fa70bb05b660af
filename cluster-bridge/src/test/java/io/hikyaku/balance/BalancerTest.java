package io.hikyaku.balance;

import static io.hikyaku.balance.BalanceBench.label;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.balance.Candidate.Standing;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class BalancerTest {
    private final ScriptedCandidate tokyo = new ScriptedCandidate("tokyo");
    private final ScriptedCandidate osaka = new ScriptedCandidate("osaka");
    private final ScriptedCandidate edge = new ScriptedCandidate("edge");
    private final BalanceBench bench = new BalanceBench();

    @Test
    void nobodyIsPickedWhenNobodyExports() {
        assertNull(bench.pick());
    }

    @Test
    void equalsTakeTurns() {
        bench.show(tokyo, osaka, edge);

        assertEquals(List.of("tokyo", "osaka", "edge", "tokyo", "osaka", "edge"), bench.picks(6));
    }

    @Test
    void theOneWithTheFewestCallsIsPicked() {
        bench.show(tokyo, osaka);
        EndpointLoad busy = bench.pick();
        int call = busy.begin();

        assertEquals(List.of("osaka", "osaka", "osaka", "osaka"), bench.picks(4));

        busy.finish(call);
        assertEquals(2, new TreeSet<>(bench.picks(2)).size());
    }

    @Test
    void aNearOneThatIsIdleGetsEveryCall() {
        bench.show(osaka.away(Duration.ofMillis(15)), tokyo);

        assertEquals(List.of("tokyo", "tokyo", "tokyo", "tokyo"), bench.picks(4));
    }

    @Test
    void aNearOneThatIsBusySpillsToAFarOneByTheRootOfTheDistance() {
        // A round trip of 15 ms weighs 4: the near one carries four calls for each that goes there.
        bench.show(osaka.away(Duration.ofMillis(15)), tokyo);

        assertEquals(Map.of("tokyo", 3), bench.load(3));
        assertEquals(Map.of("tokyo", 77, "osaka", 20), bench.load(97));
    }

    @Test
    void equalsShareEvenlyUnderLoad() {
        bench.show(tokyo, osaka.away(Duration.ofNanos(300_000)), edge.away(Duration.ofNanos(500_000)));

        bench.load(300).forEach((who, calls) -> assertEquals(100, calls, 12, who));
    }

    @Test
    void roundTripsThatDifferLittleAreEqual() {
        bench.show(tokyo.away(Duration.ofMillis(40)), osaka.away(Duration.ofMillis(60)));

        assertEquals(List.of("tokyo", "osaka", "tokyo", "osaka"), bench.picks(4));
    }

    @Test
    void roundTripsThatDifferMuchAreNot() {
        bench.show(tokyo.away(Duration.ofMillis(70)), osaka.away(Duration.ofMillis(40)));

        assertEquals(List.of("osaka", "osaka", "osaka", "osaka"), bench.picks(4));
    }

    @Test
    void noDistanceWeighsMoreThanTheMost() {
        assertEquals(1, CountedLoad.weight(0));
        assertEquals(1, CountedLoad.weight(-1));
        assertEquals(2, CountedLoad.weight(Duration.ofMillis(3).toNanos()));
        assertEquals(16, CountedLoad.weight(Duration.ofMillis(255).toNanos()));
        assertEquals(16, CountedLoad.weight(Duration.ofMillis(256).toNanos()));
    }

    @Test
    void oneThatWasNotMeasuredIsNotStarved() {
        bench.show(tokyo, osaka.unmeasured());

        assertEquals(List.of("tokyo", "osaka"), bench.picks(2));
    }

    @Test
    void aNewMeasurementCounts() {
        bench.show(tokyo, osaka.unmeasured());
        bench.picks(2);

        osaka.away(Duration.ofMillis(100));

        assertEquals(List.of("tokyo", "tokyo"), bench.picks(2));
    }

    @Test
    void oneWithoutAChannelIsMadeReadyWhileCallsGoWhereOneStands() {
        bench.show(tokyo.away(Duration.ofMillis(50)), osaka.unmeasured().standing(Standing.UNREADY));

        assertEquals(List.of("tokyo", "tokyo"), bench.picks(2));
        assertEquals(2, osaka.prepared);

        osaka.standing(Standing.READY);
        assertEquals(List.of("osaka", "osaka"), bench.picks(2));
    }

    @Test
    void oneThatWouldNotBePickedIsNotMadeReadyEither() {
        bench.show(tokyo, osaka.away(Duration.ofMillis(50)).standing(Standing.UNREADY));

        assertEquals(List.of("tokyo", "tokyo"), bench.picks(2));
        assertEquals(0, osaka.prepared);
    }

    @Test
    void callsWaitForAChannelWhenNoneStands() {
        bench.show(tokyo.standing(Standing.UNREADY), osaka.standing(Standing.UNREADY));

        assertEquals(List.of("tokyo", "osaka"), bench.picks(2));
    }

    @Test
    void thoseTriedAreLeftOut() {
        bench.show(tokyo, osaka);
        EndpointLoad first = bench.pick();
        EndpointLoad second = bench.pick(first);

        assertEquals("osaka", label(second));
        assertNull(bench.pick(first, second));
    }

    @Test
    void anUpdateKeepsTheCountsOfThoseThatStay() {
        Candidates before = bench.show(tokyo, osaka);
        bench.pick().begin();
        Candidates after = bench.show(edge, tokyo);

        assertSame(before, after);
        assertEquals(List.of("edge", "edge", "edge"), bench.picks(3));
        assertEquals(1, bench.balancer.outstanding(BalanceBench.PORT, tokyo));
    }

    @Test
    void whoAsksAfterTheViewCameGetsItToo() {
        BalanceBench late = new BalanceBench();
        late.balancer.update(Map.of(BalanceBench.PORT, List.of(tokyo)));

        assertEquals("tokyo", label(late.pick()));
    }

    @Test
    void aPortThatTheViewDoesNotNameHasNobody() {
        bench.show(tokyo);
        bench.balancer.update(Map.of());

        assertNull(bench.pick());
    }

    @Test
    void moreCallsCannotFinishThanBegan() {
        bench.show(tokyo);
        EndpointLoad load = bench.pick();
        int call = load.begin();
        load.finish(call);

        assertThrows(IllegalStateException.class, () -> load.finish(call));
    }

    @Test
    void oneThatNobodyAskedForIsOutAsFarAsItKnowsItself() {
        assertFalse(bench.balancer.isEjected(BalanceBench.PORT, tokyo));
        assertTrue(bench.balancer.isEjected(BalanceBench.PORT, osaka.standing(Standing.FAILED)));
    }
}
