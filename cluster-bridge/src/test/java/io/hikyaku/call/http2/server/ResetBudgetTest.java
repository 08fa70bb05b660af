package io.hikyaku.call.http2.server;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// How many streams a caller may reset, or make us reset.
class ResetBudgetTest {
    @Test
    void soManyWithinTheTimeAndOneIsTooMany() {
        ResetBudget budget = new ResetBudget(3, 30, 0);

        assertTrue(budget.spend(0) && budget.spend(1) && budget.spend(2));
        assertFalse(budget.spend(TimeUnit.SECONDS.toNanos(30) - 1));
    }

    @Test
    void answersPayForAsManyUpToABound() {
        ResetBudget budget = new ResetBudget(1, 30, 0);
        for (int answer = 0; answer < ResetBudget.MAX_PAID + 5; answer++) {
            budget.onResponse();
        }

        for (int reset = 0; reset < ResetBudget.MAX_PAID + 1; reset++) {
            assertTrue(budget.spend(0));
        }
        assertFalse(budget.spend(0));
    }

    @Test
    void timeGivesThemBack() {
        ResetBudget budget = new ResetBudget(1, 30, 0);
        assertTrue(budget.spend(0));

        assertTrue(budget.spend(TimeUnit.SECONDS.toNanos(30)));
        assertFalse(budget.spend(TimeUnit.SECONDS.toNanos(31)));
    }
}
