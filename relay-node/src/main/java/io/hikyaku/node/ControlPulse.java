package io.hikyaku.node;

import io.hikyaku.loop.Loop;
import io.hikyaku.node.admin.Readiness;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.Optional;

/// Whether the control thread still does its work: without it nothing that changes in the mesh is noticed any more,
/// while calls may go on for a while. It beats once a second; callers that ask are told when it has not for long.
final class ControlPulse implements Readiness {
    private static final Duration BEAT = Duration.ofSeconds(1);
    /// The effects of a pause of the whole machine are over within this time, once it runs again.
    static final Duration DEAD_AFTER = Duration.ofSeconds(30);

    private final EventExecutor thread;
    private final Loop loop;
    private volatile long beatAt;
    private volatile boolean closed;

    /// @param loop on the thread
    ControlPulse(EventExecutor thread, Loop loop) {
        this.thread = thread;
        this.loop = loop;
        this.beatAt = loop.nanos();
        loop.execute(this::beat);
    }

    private void beat() {
        beatAt = loop.nanos();
        if (!closed) {
            loop.schedule(BEAT, this::beat);
        }
    }

    @Override
    public Optional<String> missing() {
        if (closed) {
            return Optional.empty();
        }
        if (thread.isShutdown()) {
            return Optional.of("the control thread has ended");
        }
        boolean stuck = loop.nanos() - beatAt > DEAD_AFTER.toNanos();
        return stuck ? Optional.of("the control thread is stuck") : Optional.empty();
    }

    /// The program stops, and the thread with it.
    void close() {
        closed = true;
    }
}
