package io.hikyaku.loop;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/// A thread of Netty: an event loop, or one without sockets. Tasks given to an event loop run after all sockets that
/// were ready have been read, which is the end of the turn; slow work goes to the workers of Vert.x.
public final class NettyLoop implements Loop {
    private final String name;
    private final EventExecutor thread;
    private final Vertx workers;

    /// @param name for the log, of tasks that fail
    public NettyLoop(String name, EventExecutor thread, Vertx workers) {
        this.name = name;
        this.thread = thread;
        this.workers = workers;
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public void execute(Runnable task) {
        thread.execute(Guarded.of(name, task));
    }

    @Override
    public Timer after(long delayNanos, Runnable task) {
        ScheduledFuture<?> scheduled = thread.schedule(Guarded.of(name, task), delayNanos, TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    @Override
    public void offLoop(Runnable work, Runnable then) {
        Callable<Boolean> call = () -> {
            work.run();
            return true;
        };
        workers.executeBlocking(call, false).onComplete(done -> execute(then));
    }
}
