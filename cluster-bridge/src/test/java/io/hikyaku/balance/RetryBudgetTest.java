package io.hikyaku.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.Problem;
import io.hikyaku.call.ServicePort;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryBudgetTest {
    private static final int FREE = FreeRepeats.PER_SECOND * RecentCount.SECONDS;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private static RetryBudget budget(int percent) {
        FreeRepeats free = new FreeRepeats();
        return new RetryBudget(percent, now -> free.take(BalanceBench.PORT, now));
    }

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
        assertEquals(FREE, takeAll(budget(20), now));
    }

    @Test
    void callsAllowTheirShareBesides() {
        RetryBudget budget = budget(20);
        calls(budget, 999, 7 * SECOND);

        assertEquals(FREE + 199, takeAll(budget, 7 * SECOND));

        budget.onCall(7 * SECOND);
        assertEquals(1, takeAll(budget, 7 * SECOND));
    }

    @Test
    void whatWasTakenComesBackAfterTheWindow() {
        RetryBudget budget = budget(20);
        takeAll(budget, 0);

        assertFalse(budget.take(10 * SECOND - 1));
        assertEquals(FREE, takeAll(budget, 10 * SECOND));
    }

    @Test
    void callsCountForAsLongAsTheWindow() {
        RetryBudget budget = budget(50);
        calls(budget, 100, 0);
        takeAll(budget, 5 * SECOND);

        assertFalse(budget.take(9 * SECOND));
        assertEquals(0, takeAll(budget, 14 * SECOND));
        assertEquals(FREE, takeAll(budget, 15 * SECOND));
    }

    @Test
    void aLongSilenceForgetsEverything() {
        RetryBudget budget = budget(100);
        calls(budget, 1000, 3 * SECOND);

        assertEquals(FREE, takeAll(budget, 3 * SECOND + 1000 * SECOND));
    }

    @Test
    void nothingIsAllowedAtNoPercent() {
        RetryBudget budget = budget(0);
        calls(budget, 1000, 0);

        assertFalse(budget.take(0));
    }

    @Test
    void aCallThatDidNotRunNeedsNoBudgetAndIsCounted() {
        BalanceBench bench = new BalanceBench();
        for (int i = 0; i <= FREE; i++) {
            assertTrue(bench.candidates().allowRetry(Problem.TARGET_REFUSED, false));
        }

        assertEquals(FREE + 1, bench.meter("hikyaku.calls.retried"));
    }

    @Test
    void oneThatMayHaveRunNeedsBudgetAndIsCountedOnlyIfItGetsSome() {
        BalanceBench bench = new BalanceBench();
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

    @Test
    void theFewThatNeedNoCallsAreThoseOfAllEventLoopsTogether() {
        BalanceBench bench = new BalanceBench();
        Candidates other = bench.eventLoop().candidates(BalanceBench.PORT);
        for (int i = 0; i < FREE; i++) {
            assertTrue((i % 2 == 0 ? other : bench.candidates()).allowRetry(Problem.TRANSPORT_LOST, true));
        }

        assertFalse(other.allowRetry(Problem.TRANSPORT_LOST, true));
        assertFalse(bench.candidates().allowRetry(Problem.TRANSPORT_LOST, true));

        bench.pass(Duration.ofSeconds(RecentCount.SECONDS));
        assertTrue(other.allowRetry(Problem.TRANSPORT_LOST, true));
    }

    @Test
    void portsHaveTheirFewEach() {
        FreeRepeats free = new FreeRepeats();
        while (free.take(BalanceBench.PORT, 0)) {
            // until there are none
        }

        assertTrue(free.take(new ServicePort("shop/orders", 81), 0));
    }

    @Test
    void aTimeBeforeTheLastOneForgetsNothing() {
        FreeRepeats free = new FreeRepeats();
        while (free.take(BalanceBench.PORT, 5 * SECOND)) {
            // until there are none
        }

        assertFalse(free.take(BalanceBench.PORT, 5 * SECOND - 1));
        assertFalse(free.take(BalanceBench.PORT, 5 * SECOND));
    }
}
