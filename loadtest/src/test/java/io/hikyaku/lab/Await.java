package io.hikyaku.lab;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/// Waits for an outcome with a deadline, instead of for a time.
public final class Await {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

    private Await() {}

    public static void until(String outcome, Callable<Boolean> reached) throws Exception {
        until(outcome, PATIENCE, reached);
    }

    public static void until(String outcome, Duration patience, Callable<Boolean> reached) throws Exception {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!reached.call()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + patience + ": " + outcome);
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }
}
