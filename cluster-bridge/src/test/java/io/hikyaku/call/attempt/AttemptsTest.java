package io.hikyaku.call.attempt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallContext;
import io.hikyaku.call.CallMetrics;
import io.hikyaku.call.Problem;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.stream.Stream;
import io.hikyaku.stream.credit.MemoryBudget;
import io.hikyaku.wire.stream.ResetCode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AttemptsTest {
    private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(2);

    private final EmbeddedChannel loop = new EmbeddedChannel();
    private final ScriptedCandidates candidates = new ScriptedCandidates();
    private final List<String> caller = new ArrayList<>();
    private final List<String> tried = new ArrayList<>();
    private final Attempts attempts = attempts(OptionalLong.empty());

    private Attempts attempts(OptionalLong affinity) {
        CallMetrics metrics = new CallMetrics(new SimpleMeterRegistry());
        CallContext context = new CallContext("tokyo", CallLimits.DEFAULTS, OPEN_TIMEOUT, metrics, new MemoryBudget(0));
        return new Attempts(
                new Attempts.Route(candidates, new byte[] {1}, context, Optional.empty(), affinity),
                loop.eventLoop(),
                new RecordingCaller());
    }

    @Test
    void theSeatHearsOfTheFirstOfAnAnswerAndOfTheEnd() {
        ScriptedSeat osaka = candidates.add("osaka");
        attempts.start();
        osaka.handler().onData(Unpooled.buffer().writeByte(1));
        osaka.handler().onData(Unpooled.buffer().writeByte(2));
        osaka.handler().onEnd();
        attempts.finish();

        assertEquals(List.of("begin", "answer", "finish"), osaka.heard);
        assertEquals(List.of("opened", "data", "data", "end"), caller);
        assertEquals(1, candidates.calls);
    }

    @Test
    void aCallGoesWhereItIsWantedAsLongAsThatIsACandidate() {
        candidates.add("osaka");
        ScriptedSeat edge = candidates.add("edge");
        attempts.start(edge);

        assertEquals(List.of("edge"), tried);
        assertEquals(edge, attempts.load());
    }

    @Test
    void aCallGoesElsewhereWhenTheOneThatIsWantedIsNoCandidateAnyMore() {
        candidates.add("osaka");
        attempts.start(new ScriptedSeat("gone"));

        assertEquals(List.of("osaka"), tried);
    }

    @Test
    void aCallThatIsToStayWithOthersAsksForItsPlaceAtEveryAttempt() {
        ScriptedSeat osaka = candidates.add("osaka");
        ScriptedSeat edge = candidates.add("edge");
        Attempts together = attempts(OptionalLong.of(7));
        together.start();

        assertTrue(together.retryAfter(ResetCode.NOT_EXPORTED, false));
        assertEquals(List.of("edge", "osaka"), tried);
        assertEquals(List.of(7L, 7L), candidates.affinities);
        assertEquals(List.of("begin", "finish"), edge.heard);
        assertEquals(List.of("begin"), osaka.heard);
    }

    @Test
    void anAnswerWithoutBytesIsOneToo() {
        ScriptedSeat osaka = candidates.add("osaka");
        attempts.start();
        osaka.handler().onEnd();

        assertEquals(List.of("begin", "answer"), osaka.heard);
    }

    @Test
    void theSeatHearsOfAResetWhateverTheCallerMakesOfIt() {
        ScriptedSeat osaka = candidates.add("osaka");
        attempts.start();
        osaka.handler().onReset(ResetCode.CHANNEL_LOST, "", false);

        assertEquals(List.of("begin", "CHANNEL_LOST"), osaka.heard);
        assertEquals(List.of("opened", "CHANNEL_LOST"), caller);
    }

    @Test
    void aSeatThatWasLeftHearsNothingMore() {
        ScriptedSeat osaka = candidates.add("osaka");
        attempts.start();
        attempts.finish();
        osaka.handler().onData(Unpooled.buffer());
        osaka.handler().onReset(ResetCode.CANCELLED, "", true);

        assertEquals(List.of("begin", "finish"), osaka.heard);
    }

    @Test
    void aCallThatWasRefusedGoesElsewhereWithoutBeingRepeatable() {
        ScriptedSeat osaka = candidates.add("osaka");
        ScriptedSeat edge = candidates.add("edge");
        attempts.start();

        assertTrue(attempts.retryAfter(ResetCode.NOT_EXPORTED, false));
        assertEquals(List.of("begin", "finish"), osaka.heard);
        assertEquals(List.of("begin"), edge.heard);
        assertEquals(List.of("UNKNOWN_SERVICE false"), candidates.retries);
    }

    @Test
    void aCallThatWasRefusedForGoodAsksNobodyTwice() {
        candidates.add("osaka");
        attempts.start();

        assertFalse(attempts.retryAfter(ResetCode.NOT_EXPORTED, true));
    }

    @ParameterizedTest
    @EnumSource(
            value = ResetCode.class,
            names = {"CHANNEL_LOST", "LEAVING", "TARGET_TERMINATED"})
    void aCallThatMayHaveRunIsRepeatedIfItMayRunTwice(ResetCode code) {
        candidates.add("osaka");
        attempts.start();

        assertFalse(attempts.retryAfter(code, false));
        assertTrue(attempts.retryAfter(code, true));
        assertEquals(List.of(Problem.of(code) + " true"), candidates.retries);
    }

    @ParameterizedTest
    @EnumSource(
            value = ResetCode.class,
            names = {"TARGET_TIMEOUT", "TARGET_PROTOCOL", "INTERNAL", "PROTOCOL", "CANCELLED", "IDLE", "DEADLINE"})
    void aCallThatWouldEndTheSameIsNotRepeated(ResetCode code) {
        candidates.add("osaka");
        candidates.add("edge");
        attempts.start();

        assertFalse(attempts.retryAfter(code, true));
    }

    @Test
    void aRepeatPrefersAnotherExporter() {
        candidates.add("osaka");
        ScriptedSeat edge = candidates.add("edge");
        attempts.start();
        attempts.retryAfter(ResetCode.CHANNEL_LOST, true);

        assertEquals(List.of("begin"), edge.heard);
        assertEquals(List.of("osaka", "edge"), tried);
    }

    @Test
    void nothingIsTriedMoreOftenThanTheBound() {
        for (int i = 0; i <= Attempts.MAX_ATTEMPTS; i++) {
            candidates.add("osaka-" + i);
        }
        attempts.start();
        for (int i = 1; i < Attempts.MAX_ATTEMPTS; i++) {
            assertTrue(attempts.retryAfter(ResetCode.REFUSED, true));
        }

        assertFalse(attempts.retryAfter(ResetCode.REFUSED, true));
    }

    @Test
    void exportersWithoutATargetDoNotCount() {
        // Given
        int most = Attempts.MAX_WITHOUT_TARGET + Attempts.MAX_ATTEMPTS;
        for (int i = 0; i <= most; i++) {
            candidates.add("osaka-" + i);
        }
        attempts.start();

        // When, Then
        for (int i = 1; i < most; i++) {
            assertTrue(attempts.retryAfter(ResetCode.NO_TARGET, false));
        }
        assertFalse(attempts.retryAfter(ResetCode.NO_TARGET, false));
        assertEquals(most, tried.size());
    }

    @Test
    void oneWithoutATargetIsNotAskedTwice() {
        candidates.add("osaka");
        attempts.start();

        assertFalse(attempts.retryAfter(ResetCode.NO_TARGET, true));
    }

    @Test
    void withoutLeaveNothingIsTriedAgain() {
        candidates.add("osaka");
        ScriptedSeat edge = candidates.add("edge");
        candidates.leave = false;
        attempts.start();

        assertFalse(attempts.retryAfter(ResetCode.CHANNEL_LOST, true));
        assertEquals(List.of(), edge.heard);
    }

    private void pass(Duration time) {
        loop.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        loop.runScheduledPendingTasks();
    }

    private ScriptedSeat addSilent(String label) {
        ScriptedSeat load = candidates.add(label);
        load.silent = true;
        return load;
    }

    @Test
    void aWaitThatLastsTooLongIsTheSeatsFailure() {
        ScriptedSeat osaka = addSilent("osaka");
        loop.freezeTime();
        attempts.start();
        pass(OPEN_TIMEOUT.minusNanos(1));
        assertEquals(List.of("begin"), osaka.heard);

        pass(Duration.ofNanos(1));

        assertEquals(List.of("begin", "unreachable", "finish"), osaka.heard);
        assertEquals(List.of("UNREACHABLE"), caller);
    }

    @Test
    void aChannelThatDoesNotComeIsNotWaitedForAlone() {
        ScriptedSeat osaka = addSilent("osaka");
        ScriptedSeat edge = candidates.add("edge");
        loop.freezeTime();
        attempts.start();
        pass(Attempts.ALONE.minusNanos(1));
        assertEquals(List.of(), edge.heard);

        pass(Duration.ofNanos(1));

        assertEquals(List.of("begin", "finish"), osaka.heard);
        assertEquals(List.of("begin"), edge.heard);
        assertEquals(List.of("opened"), caller);
        assertEquals(List.of("osaka", "edge"), tried);
        assertEquals(List.of("UNREACHABLE false"), candidates.retries);
    }

    @Test
    void theFirstChannelThatStandsGetsTheCallAndNoOtherDoes() {
        ScriptedSeat osaka = addSilent("osaka");
        ScriptedSeat edge = addSilent("edge");
        loop.freezeTime();
        attempts.start();
        pass(Attempts.ALONE);
        osaka.becomeReady();
        edge.becomeReady();

        assertEquals(List.of("begin"), osaka.heard);
        assertEquals(List.of("begin", "finish"), edge.heard);
        assertEquals(List.of("opened"), caller);
        assertEquals(List.of("osaka"), tried);
    }

    @Test
    void aCallThatWaitsForSeveralFailsWithTheLastOfThem() {
        ScriptedSeat osaka = addSilent("osaka");
        ScriptedSeat edge = addSilent("edge");
        loop.freezeTime();
        attempts.start();
        pass(Attempts.ALONE);
        osaka.waiter().onUnreachable(Problem.UNREACHABLE);
        assertEquals(List.of(), caller);
        assertEquals(List.of("osaka", "edge"), tried);

        edge.waiter().onUnreachable(Problem.UNREACHABLE);

        assertEquals(List.of("begin", "unreachable", "finish"), osaka.heard);
        assertEquals(List.of("begin", "unreachable", "finish"), edge.heard);
        assertEquals(List.of("UNREACHABLE"), caller);
    }

    @Test
    void noMoreAreWaitedForThanTheBound() {
        List<ScriptedSeat> loads = new ArrayList<>();
        for (int i = 0; i <= Attempts.MAX_ATTEMPTS; i++) {
            loads.add(addSilent("osaka-" + i));
        }
        loop.freezeTime();
        attempts.start();
        for (int i = 0; i <= Attempts.MAX_ATTEMPTS; i++) {
            pass(Attempts.ALONE.dividedBy(2));
        }
        pass(Attempts.ALONE.dividedBy(2));

        assertEquals(List.of("begin"), loads.get(Attempts.MAX_ATTEMPTS - 1).heard);
        assertEquals(List.of(), loads.getLast().heard);
    }

    @Test
    void aCallThatIsGivenUpWaitsForNobodyAnyMore() {
        ScriptedSeat osaka = addSilent("osaka");
        ScriptedSeat edge = addSilent("edge");
        loop.freezeTime();
        attempts.start();
        pass(Attempts.ALONE);
        attempts.finish();
        edge.becomeReady();
        pass(OPEN_TIMEOUT);

        assertEquals(List.of("begin", "finish"), osaka.heard);
        assertEquals(List.of("begin", "finish"), edge.heard);
        assertEquals(List.of(), caller);
    }

    @Test
    void oneThatTakesNoMoreSaysSoAndHasNotFailed() {
        ScriptedSeat osaka = addSilent("osaka");
        attempts.start();
        osaka.waiter().onUnreachable(Problem.OVERLOADED);
        assertEquals(List.of("begin", "finish"), osaka.heard);
        assertEquals(List.of("OVERLOADED"), caller);
    }

    private final class RecordingCaller implements Attempts.Caller {
        @Override
        public void onAttempt(String cluster) {
            tried.add(cluster);
        }

        @Override
        public void onOpened(Stream stream) {
            caller.add("opened");
        }

        @Override
        public void onProblem(Problem problem) {
            caller.add(problem.toString());
        }

        @Override
        public void onData(ByteBuf data) {
            data.release();
            caller.add("data");
        }

        @Override
        public void onEnd() {
            caller.add("end");
        }

        @Override
        public void onReset(ResetCode code, String detail, boolean byPeer) {
            caller.add(code.toString());
        }

        @Override
        public void onWritable() {}

        @Override
        public void onStopSending() {}
    }
}
