package io.hikyaku.node;

import io.hikyaku.loop.Loop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/// The time that running work has to end on its own when a program is told to stop.
public final class Grace {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final long endNanos;

    private Grace(long endNanos) {
        this.endNanos = endNanos;
    }

    /// Begins now.
    public static Grace of(Duration length) {
        return new Grace(System.nanoTime() + length.toNanos());
    }

    /// What is left, at least zero.
    public Duration left() {
        return Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
    }

    /// Blocks until nothing runs any more, or the grace is over.
    ///
    /// @param loop asks again and again
    /// @return whether nothing runs any more
    public boolean await(Loop loop, BooleanSupplier quiet) throws InterruptedException {
        CompletableFuture<Boolean> outcome = new CompletableFuture<>();
        loop.execute(() -> look(loop, quiet, outcome));
        try {
            return outcome.get(left().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException over) {
            outcome.complete(false);
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("asking whether anything runs failed", e);
        }
    }

    private static void look(Loop loop, BooleanSupplier quiet, CompletableFuture<Boolean> outcome) {
        try {
            if (quiet.getAsBoolean()) {
                outcome.complete(true);
            } else if (!outcome.isDone()) {
                loop.schedule(LOOK_AGAIN, () -> look(loop, quiet, outcome));
            }
        } catch (RuntimeException e) {
            outcome.completeExceptionally(e);
        }
    }
}
