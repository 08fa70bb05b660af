package io.hikyaku.call.http2;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import org.junit.jupiter.api.Test;

class FrameBudgetTest {
    private static final int BURST = 1000;

    private final FrameBudget budget = new FrameBudget();

    private void spend(int frames) {
        for (int i = 0; i < frames; i++) {
            assertDoesNotThrow(budget::spend);
        }
    }

    private void assertSpent() {
        Http2Exception calm = assertThrows(Http2Exception.class, budget::spend);
        assertEquals(Http2Error.ENHANCE_YOUR_CALM, calm.error());
    }

    @Test
    void aBurstIsAllowedAndNotOneMore() {
        spend(BURST);

        assertSpent();
    }

    @Test
    void framesThatCarrySomethingPayForOthers() {
        spend(BURST);
        budget.onUseful();

        spend(10);
        assertSpent();
    }

    @Test
    void timePaysForSome() {
        spend(BURST);
        budget.refill();

        spend(100);
        assertSpent();
    }

    @Test
    void nothingIsSavedAboveTheBurst() {
        for (int i = 0; i < 100; i++) {
            budget.onUseful();
            budget.refill();
        }

        spend(BURST);
        assertSpent();
    }
}
