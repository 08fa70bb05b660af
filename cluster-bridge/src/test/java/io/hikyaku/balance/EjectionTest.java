package io.hikyaku.balance;

import static io.hikyaku.balance.BalanceBench.label;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.balance.Candidate.Standing;
import io.hikyaku.wire.stream.ResetCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EjectionTest {
    private static final String GAUGE = "hikyaku.exporters.ejected";
    private static final Duration TIME_OUT = Duration.ofSeconds(5);

    private final ScriptedCandidate tokyo = new ScriptedCandidate("tokyo");
    private final ScriptedCandidate osaka = new ScriptedCandidate("osaka");
    private final BalanceBench bench = new BalanceBench();

    private EndpointLoad seatOf(ScriptedCandidate wanted) {
        List<EndpointLoad> others = new ArrayList<>();
        for (EndpointLoad load = bench.pick(); ; load = bench.candidates().pick(others)) {
            if (load.candidate().equals(wanted)) {
                return load;
            }
            others.add(load);
        }
    }

    private static void call(EndpointLoad load, ResetCode end) {
        int call = load.begin();
        load.onReset(call, end);
        load.finish(call);
    }

    private static void callThatIsAnswered(EndpointLoad load) {
        int call = load.begin();
        load.onAnswer(call);
        load.finish(call);
    }

    private EndpointLoad putOut(ScriptedCandidate candidate) {
        EndpointLoad load = seatOf(candidate);
        for (int i = 0; i < CountedLoad.FAILURES; i++) {
            call(load, ResetCode.TARGET_REFUSED);
        }
        return load;
    }

    @Test
    void oneFailureLessThanTheBoundPutsNobodyOut() {
        bench.show(tokyo, osaka);
        EndpointLoad load = seatOf(tokyo);
        call(load, ResetCode.TARGET_REFUSED);
        call(load, ResetCode.CHANNEL_LOST);

        assertTrue(bench.picks(2).contains("tokyo"));
        assertEquals(0, bench.meter(GAUGE));

        call(load, ResetCode.TARGET_CONNECT_TIMEOUT);
        assertEquals(List.of("osaka", "osaka"), bench.picks(2));
        assertEquals(1, bench.meter(GAUGE));
    }

    @Test
    void anAnswerBetweenFailuresStartsTheCountAnew() {
        bench.show(tokyo, osaka);
        EndpointLoad load = seatOf(tokyo);
        call(load, ResetCode.TARGET_REFUSED);
        call(load, ResetCode.TARGET_REFUSED);
        callThatIsAnswered(load);
        call(load, ResetCode.TARGET_REFUSED);
        call(load, ResetCode.TARGET_REFUSED);

        assertTrue(bench.picks(2).contains("tokyo"));
    }

    @Test
    void callsThatFailTogetherAreOneFailure() {
        bench.show(tokyo, osaka);
        EndpointLoad load = seatOf(tokyo);
        List<Integer> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            calls.add(load.begin());
        }
        calls.forEach(call -> {
            load.onReset(call, ResetCode.CHANNEL_LOST);
            load.finish(call);
        });

        assertTrue(bench.picks(2).contains("tokyo"));
    }

    @ParameterizedTest
    @EnumSource(
            value = ResetCode.class,
            names = {
                "CHANNEL_LOST",
                "LEAVING",
                "NOT_EXPORTED",
                "TARGET_REFUSED",
                "TARGET_CONNECT_TIMEOUT",
                "TARGET_UNRESOLVED",
                "TARGET_CERTIFICATE",
                "TARGET_TLS"
            })
    void whatNoCallerCanBringAboutCounts(ResetCode code) {
        bench.show(tokyo, osaka);
        EndpointLoad load = seatOf(tokyo);
        for (int i = 0; i < CountedLoad.FAILURES; i++) {
            call(load, code);
        }

        assertTrue(bench.balancer.isEjected(BalanceBench.PORT, tokyo));
    }

    @ParameterizedTest
    @EnumSource(
            value = ResetCode.class,
            names = {
                "REFUSED",
                "DENIED",
                "CANCELLED",
                "DEADLINE",
                "IDLE",
                "PROTOCOL",
                "INTERNAL",
                "TARGET_TERMINATED",
                "TARGET_TIMEOUT",
                "TARGET_PROTOCOL",
                "TARGET_CANCELLED",
                "TARGET_BUSY",
                "TARGET_ABORTED"
            })
    void whatACallerMayBringAboutDoesNotCount(ResetCode code) {
        bench.show(tokyo, osaka);
        EndpointLoad load = seatOf(tokyo);
        for (int i = 0; i < 10 * CountedLoad.FAILURES; i++) {
            call(load, code);
        }

        assertFalse(bench.balancer.isEjected(BalanceBench.PORT, tokyo));
    }

    @ParameterizedTest
    @EnumSource(
            value = ResetCode.class,
            names = {"DRAINING", "NO_TARGET"})
    void oneThatTakesNoCallsIsOutAtOnceAndNeverForLong(ResetCode code) {
        bench.show(tokyo, osaka);
        EndpointLoad load = seatOf(tokyo);
        for (int i = 0; i < 10; i++) {
            call(load, code);
            assertEquals(List.of("osaka", "osaka"), bench.picks(2));
            assertEquals(1, bench.meter(GAUGE));

            bench.pass(TIME_OUT);
            assertTrue(bench.picks(2).contains("tokyo"));
        }
    }

    @Test
    void aWaitForAChannelThatLastsTooLongCounts() {
        bench.show(tokyo, osaka);
        EndpointLoad load = seatOf(tokyo);
        for (int i = 0; i < CountedLoad.FAILURES; i++) {
            int call = load.begin();
            load.onUnreachable(call);
            load.finish(call);
        }

        assertTrue(bench.balancer.isEjected(BalanceBench.PORT, tokyo));
    }

    @Test
    void afterItsTimeOneCallAtATimeIsLetThrough() {
        bench.show(tokyo, osaka);
        putOut(tokyo);
        bench.pass(TIME_OUT);
        EndpointLoad probed = seatOf(tokyo);
        int probe = probed.begin();

        assertEquals(List.of("osaka", "osaka", "osaka"), bench.picks(3));

        probed.finish(probe); // it told nothing: another may find out
        assertEquals("tokyo", label(seatOf(tokyo)));
        assertTrue(bench.picks(2).contains("tokyo"));
        assertEquals(1, bench.meter(GAUGE));
    }

    @Test
    void aProbeThatWorksBringsItBack() {
        bench.show(tokyo, osaka);
        putOut(tokyo);
        bench.pass(TIME_OUT);
        callThatIsAnswered(seatOf(tokyo));

        assertEquals(0, bench.meter(GAUGE));
        assertFalse(bench.balancer.isEjected(BalanceBench.PORT, tokyo));
        assertEquals(100, bench.load(200).get("tokyo"));
    }

    @Test
    void aProbeThatFailsPutsItOutForLonger() {
        bench.show(tokyo, osaka);
        putOut(tokyo);
        bench.pass(TIME_OUT);
        call(seatOf(tokyo), ResetCode.TARGET_REFUSED);
        bench.pass(TIME_OUT);

        assertEquals(List.of("osaka", "osaka"), bench.picks(2));

        bench.pass(TIME_OUT);
        assertTrue(bench.picks(2).contains("tokyo"));
    }

    @Test
    void whenAllAreOutTheLeastBadIsPicked() {
        bench.show(tokyo, osaka);
        putOut(tokyo);
        putOut(osaka);
        bench.pass(TIME_OUT);
        call(seatOf(tokyo), ResetCode.TARGET_REFUSED); // out for the second time
        int probe = seatOf(osaka).begin(); // nobody else may probe it

        assertEquals(List.of("osaka", "osaka"), bench.picks(2));
        seatOf(osaka).finish(probe);
    }

    @Test
    void aCallThatWorksWhileAllAreOutBringsItBackBeforeItsTime() {
        bench.show(tokyo);
        EndpointLoad load = putOut(tokyo);

        assertEquals("tokyo", label(bench.pick()));
        callThatIsAnswered(load);
        assertFalse(bench.balancer.isEjected(BalanceBench.PORT, tokyo));
    }

    @Test
    void callsThatFailWhileAllAreOutDoNotMakeItWorse() {
        bench.show(tokyo, osaka);
        EndpointLoad load = putOut(tokyo);
        for (int i = 0; i < 100; i++) {
            call(load, ResetCode.TARGET_REFUSED);
        }
        bench.pass(TIME_OUT);

        assertTrue(bench.picks(2).contains("tokyo"));
    }

    @Test
    void oneThatCannotBeReachedIsPickedOnlyWhenTheOthersAreOutTooAndThenLast() {
        bench.show(tokyo.standing(Standing.FAILED), osaka);
        assertEquals(List.of("osaka", "osaka"), bench.picks(2));
        assertEquals(1, bench.meter(GAUGE));

        putOut(osaka);
        assertEquals(List.of("osaka", "osaka"), bench.picks(2));
        assertEquals("tokyo", label(bench.pick(seatOf(osaka))));
        assertEquals(2, bench.meter(GAUGE));
    }

    @Test
    void oneThatIsGoneIsCountedNoLonger() {
        bench.show(tokyo, osaka);
        EndpointLoad load = putOut(tokyo);
        int late = load.begin();
        bench.show(osaka);
        load.onReset(late, ResetCode.TARGET_REFUSED);
        load.finish(late);

        assertEquals(0, bench.meter(GAUGE));
    }
}
