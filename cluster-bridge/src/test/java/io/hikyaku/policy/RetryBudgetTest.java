package io.hikyaku.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.Problem;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryBudgetTest {
    private static final int FREE = RetryBudget.FREE_PER_SECOND * RetryBudget.WINDOW_SECONDS;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private static int takeAll(RetryBudget budget, long now) {
        int taken = 0;
        while (budget.take(now)) {
            taken++;
        }
        return taken;
    }

    private static void calls(RetryBudget budget, int count, long now) {
        for (int i = 0; i < count; i++) {
            budget.onCall(now);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 123_000_000_000L, 9_223_372_016_854_775_807L, -500_000_000_001L})
    void withoutCallsAFewRepeatsAreAllowed(long now) {
        assertEquals(FREE, takeAll(new RetryBudget(20), now));
    }

    @Test
    void callsAllowTheirShareBesides() {
        RetryBudget budget = new RetryBudget(20);
        calls(budget, 999, 7 * SECOND);

        assertEquals(FREE + 199, takeAll(budget, 7 * SECOND));

        budget.onCall(7 * SECOND);
        assertEquals(1, takeAll(budget, 7 * SECOND));
    }

    @Test
    void whatWasTakenComesBackAfterTheWindow() {
        RetryBudget budget = new RetryBudget(20);
        takeAll(budget, 0);

        assertFalse(budget.take(10 * SECOND - 1));
        assertEquals(FREE, takeAll(budget, 10 * SECOND));
    }

    @Test
    void callsCountForAsLongAsTheWindow() {
        RetryBudget budget = new RetryBudget(50);
        calls(budget, 100, 0);
        takeAll(budget, 5 * SECOND);

        assertFalse(budget.take(9 * SECOND));
        assertEquals(0, takeAll(budget, 14 * SECOND));
        assertEquals(FREE, takeAll(budget, 15 * SECOND));
    }

    @Test
    void aLongSilenceForgetsEverything() {
        RetryBudget budget = new RetryBudget(100);
        calls(budget, 1000, 3 * SECOND);

        assertEquals(FREE, takeAll(budget, 3 * SECOND + 1000 * SECOND));
    }

    @Test
    void nothingIsAllowedAtNoPercent() {
        RetryBudget budget = new RetryBudget(0);
        calls(budget, 1000, 0);

        assertFalse(budget.take(0));
    }

    @Test
    void aCallThatDidNotRunNeedsNoBudgetAndIsCounted() {
        PolicyBench bench = new PolicyBench();
        for (int i = 0; i <= FREE; i++) {
            assertTrue(bench.candidates().allowRetry(Problem.TARGET_REFUSED, false));
        }

        assertEquals(FREE + 1, bench.meter("hikyaku.calls.retried"));
    }

    @Test
    void oneThatMayHaveRunNeedsBudgetAndIsCountedOnlyIfItGetsSome() {
        PolicyBench bench = new PolicyBench();
        for (int i = 0; i < FREE; i++) {
            assertTrue(bench.candidates().allowRetry(Problem.TRANSPORT_LOST, true));
        }

        assertFalse(bench.candidates().allowRetry(Problem.TRANSPORT_LOST, true));
        assertEquals(FREE, bench.meter("hikyaku.calls.retried"));

        for (int i = 0; i < 5; i++) {
            bench.candidates().onCall();
        }
        assertTrue(bench.candidates().allowRetry(Problem.TRANSPORT_LOST, true));
    }
}
