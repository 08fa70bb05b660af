package io.hikyaku.loop;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Waits for an outcome with a deadline, instead of for a time.
public final class Await {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

    /// Whether the outcome is reached.
    ///
    /// @param <E> what looking may throw, which ends the waiting
    @FunctionalInterface
    public interface Reached<E extends Exception> {
        boolean look() throws E;
    }

    private Await() {}

    /// @throws AssertionError if it is not reached within a minute
    public static <E extends Exception> void until(String outcome, Reached<E> reached) throws E {
        until(outcome, PATIENCE, reached);
    }

    /// @throws AssertionError if it is not reached within `patience`
    public static <E extends Exception> void until(String outcome, Duration patience, Reached<E> reached) throws E {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!reached.look()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + patience + ": " + outcome);
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }
}
