package io.hikyaku.node.reload;

import io.hikyaku.loop.Guarded;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks after files once a second, all on one thread of its own, which may wait for disks and sockets.
final class Watch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
    private static final Duration ROUND = Duration.ofSeconds(1);

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("watch").factory());
    private final List<Look> looks = new CopyOnWriteArrayList<>();

    /// Looks after something on disk.
    @FunctionalInterface
    interface Look {
        /// @param asked somebody wants it now, and wants to be told
        void look(boolean asked);
    }

    /// Begins.
    void start() {
        thread.scheduleWithFixedDelay(() -> round(false), ROUND.toMillis(), ROUND.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// From the next round on.
    void add(Look look) {
        looks.add(look);
    }

    /// Two rounds now, since a file counts once it is the same twice.
    void hurry() {
        try {
            thread.execute(() -> round(false));
            thread.execute(() -> round(true));
        } catch (RejectedExecutionException e) {
            LOG.debug("the program stops and looks at no file any more", e);
        }
    }

    private void round(boolean asked) {
        looks.forEach(look ->
                Guarded.of("looking after files", () -> look.look(asked)).run());
    }

    /// Waits for what is in progress, a second at most.
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(ROUND.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("a change of a file is still being dealt with");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
