package io.hikyaku.policy;

import static io.hikyaku.policy.PolicyBench.label;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.Candidate.Standing;
import io.hikyaku.call.Seat;
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
    private final PolicyBench bench = new PolicyBench();

    private Seat seatOf(ScriptedCandidate wanted) {
        List<Seat> others = new ArrayList<>();
        for (Seat seat = bench.pick(); ; seat = bench.candidates().pick(others)) {
            if (seat.candidate().equals(wanted)) {
                return seat;
            }
            others.add(seat);
        }
    }

    private static void call(Seat seat, ResetCode end) {
        int call = seat.begin();
        seat.onReset(call, end);
        seat.finish(call);
    }

    private static void callThatIsAnswered(Seat seat) {
        int call = seat.begin();
        seat.onAnswer(call);
        seat.finish(call);
    }

    private Seat putOut(ScriptedCandidate candidate) {
        Seat seat = seatOf(candidate);
        for (int i = 0; i < CountedSeat.FAILURES; i++) {
            call(seat, ResetCode.TARGET_REFUSED);
        }
        return seat;
    }

    @Test
    void oneFailureLessThanTheBoundPutsNobodyOut() {
        bench.show(tokyo, osaka);
        Seat seat = seatOf(tokyo);
        call(seat, ResetCode.TARGET_REFUSED);
        call(seat, ResetCode.CHANNEL_LOST);

        assertTrue(bench.picks(2).contains("tokyo"));
        assertEquals(0, bench.meter(GAUGE));

        call(seat, ResetCode.TARGET_CONNECT_TIMEOUT);
        assertEquals(List.of("osaka", "osaka"), bench.picks(2));
        assertEquals(1, bench.meter(GAUGE));
    }

    @Test
    void anAnswerBetweenFailuresStartsTheCountAnew() {
        bench.show(tokyo, osaka);
        Seat seat = seatOf(tokyo);
        call(seat, ResetCode.TARGET_REFUSED);
        call(seat, ResetCode.TARGET_REFUSED);
        callThatIsAnswered(seat);
        call(seat, ResetCode.TARGET_REFUSED);
        call(seat, ResetCode.TARGET_REFUSED);

        assertTrue(bench.picks(2).contains("tokyo"));
    }

    @Test
    void callsThatFailTogetherAreOneFailure() {
        bench.show(tokyo, osaka);
        Seat seat = seatOf(tokyo);
        List<Integer> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            calls.add(seat.begin());
        }
        calls.forEach(call -> {
            seat.onReset(call, ResetCode.CHANNEL_LOST);
            seat.finish(call);
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
        Seat seat = seatOf(tokyo);
        for (int i = 0; i < CountedSeat.FAILURES; i++) {
            call(seat, code);
        }

        assertTrue(bench.balancer.isOut(PolicyBench.PORT, tokyo));
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
        Seat seat = seatOf(tokyo);
        for (int i = 0; i < 10 * CountedSeat.FAILURES; i++) {
            call(seat, code);
        }

        assertFalse(bench.balancer.isOut(PolicyBench.PORT, tokyo));
    }

    @Test
    void aWaitForAChannelThatLastsTooLongCounts() {
        bench.show(tokyo, osaka);
        Seat seat = seatOf(tokyo);
        for (int i = 0; i < CountedSeat.FAILURES; i++) {
            int call = seat.begin();
            seat.onUnreachable(call);
            seat.finish(call);
        }

        assertTrue(bench.balancer.isOut(PolicyBench.PORT, tokyo));
    }

    @Test
    void afterItsTimeOneCallAtATimeIsLetThrough() {
        bench.show(tokyo, osaka);
        putOut(tokyo);
        bench.pass(TIME_OUT);
        Seat probed = seatOf(tokyo);
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
        assertFalse(bench.balancer.isOut(PolicyBench.PORT, tokyo));
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
        Seat seat = putOut(tokyo);

        assertEquals("tokyo", label(bench.pick()));
        callThatIsAnswered(seat);
        assertFalse(bench.balancer.isOut(PolicyBench.PORT, tokyo));
    }

    @Test
    void callsThatFailWhileAllAreOutDoNotMakeItWorse() {
        bench.show(tokyo, osaka);
        Seat seat = putOut(tokyo);
        for (int i = 0; i < 100; i++) {
            call(seat, ResetCode.TARGET_REFUSED);
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
        Seat seat = putOut(tokyo);
        int late = seat.begin();
        bench.show(osaka);
        seat.onReset(late, ResetCode.TARGET_REFUSED);
        seat.finish(late);

        assertEquals(0, bench.meter(GAUGE));
    }
}
