package io.hikyaku.balance;

import static io.hikyaku.balance.BalanceBench.label;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.hikyaku.balance.Candidate.Standing;
import io.hikyaku.wire.stream.ResetCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AffinityTest {
    private static final long AFFINITY = 42;

    private final ScriptedCandidate tokyo = new ScriptedCandidate("tokyo", 1);
    private final ScriptedCandidate osaka = new ScriptedCandidate("osaka", 2).away(Duration.ofMillis(100));
    private final ScriptedCandidate edge = new ScriptedCandidate("edge", 3);
    private final BalanceBench bench = new BalanceBench();

    private EndpointLoad pick(long affinity, EndpointLoad... tried) {
        EndpointLoad picked = bench.candidates().pickFor(affinity, List.of(tried));
        if (picked == null) {
            throw new AssertionError("nobody");
        }
        return picked;
    }

    private ScriptedCandidate candidate(long affinity, EndpointLoad... tried) {
        return (ScriptedCandidate) pick(affinity, tried).candidate();
    }

    private List<String> order(long affinity) {
        List<EndpointLoad> tried = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            tried.add(pick(affinity, tried.toArray(EndpointLoad[]::new)));
        }
        return tried.stream().map(BalanceBench::label).toList();
    }

    @Test
    void nobodyIsPickedWhenNobodyExports() {
        assertNull(bench.candidates().pickFor(AFFINITY, List.of()));
    }

    @Test
    void callsStayWithOneHoweverBusyOrFarItIs() {
        bench.show(tokyo, osaka, edge);
        String first = label(pick(AFFINITY));
        for (int i = 0; i < 100; i++) {
            EndpointLoad load = pick(AFFINITY);
            load.begin();
            assertEquals(first, label(load));
        }
    }

    @Test
    void affinitiesAreSpreadOverAll() {
        bench.show(tokyo, osaka, edge);
        Set<String> picked = new TreeSet<>();
        for (long affinity = 0; affinity < 50; affinity++) {
            picked.add(label(pick(affinity)));
        }

        assertEquals(Set.of("tokyo", "osaka", "edge"), picked);
    }

    @Test
    void aReplicaOfTheBridgePicksTheSame() {
        bench.show(tokyo, osaka, edge);
        BalanceBench other = new BalanceBench();
        other.show(
                new ScriptedCandidate("edge", 3), new ScriptedCandidate("osaka", 2), new ScriptedCandidate("tokyo", 1));

        for (long affinity = 0; affinity < 50; affinity++) {
            assertEquals(label(pick(affinity)), label(other.candidates().pickFor(affinity, List.of())));
        }
    }

    @Test
    void retriesGoOnInTheOrderOfTheAffinity() {
        bench.show(tokyo, osaka, edge);
        List<String> order = order(AFFINITY);

        bench.show(edge, tokyo, osaka);

        assertEquals(order, order(AFFINITY));
    }

    @Test
    void itWaitsForTheChannelThatItBelongsTo() {
        bench.show(tokyo, osaka, edge);
        ScriptedCandidate first = candidate(AFFINITY);

        first.standing(Standing.UNREADY);

        assertEquals(first, candidate(AFFINITY));
    }

    @Test
    void oneThatIsEjectedIsLeftForTheNextAndComesBack() {
        // Given
        bench.show(tokyo, osaka, edge);
        List<String> order = order(AFFINITY);
        EndpointLoad first = pick(AFFINITY);

        // When
        for (int i = 0; i < CountedLoad.FAILURES; i++) {
            int call = first.begin();
            first.onReset(call, ResetCode.TARGET_REFUSED);
            first.finish(call);
        }

        // Then
        assertEquals(order.get(1), label(pick(AFFINITY)));
        bench.pass(OutlierDetector.FIRST_EJECTION);
        assertEquals(order.get(0), label(pick(AFFINITY)));
        assertEquals(first, pick(AFFINITY));
    }

    @Test
    void anInstanceThatIsReplacedMovesNoCallsFromOtherClusters() {
        // Given
        ScriptedCandidate second = new ScriptedCandidate("osaka", 4);
        bench.show(tokyo, osaka, second);
        List<Boolean> inTokyo = inTokyo();

        // When
        bench.show(tokyo, osaka, new ScriptedCandidate("osaka", 5));

        // Then
        assertEquals(inTokyo, inTokyo());
    }

    private List<Boolean> inTokyo() {
        List<Boolean> in = new ArrayList<>();
        for (long affinity = 0; affinity < 100; affinity++) {
            in.add(label(pick(affinity)).equals("tokyo"));
        }
        return in;
    }

    @Test
    void whenAllAreEjectedTheLeastBadIsAsked() {
        bench.show(tokyo.standing(Standing.FAILED), osaka.standing(Standing.FAILED));

        assertEquals("tokyo", label(pick(AFFINITY)));
    }
}
