package io.hikyaku.loop;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/// One event loop as the cores of channels and streams see it. Tasks given to a Netty loop run after all sockets that
/// were ready have been read, which is the end of the turn; slow work goes to the workers of Vert.x.
public final class NettyLoop implements Loop {
    private final EventLoop loop;
    private final Vertx vertx;

    public NettyLoop(EventLoop loop, Vertx vertx) {
        this.loop = loop;
        this.vertx = vertx;
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public Timer after(long delayNanos, Runnable task) {
        ScheduledFuture<?> scheduled =
                loop.schedule(Guarded.of("an event loop", task), delayNanos, TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    @Override
    public void atEndOfTurn(Runnable task) {
        loop.execute(Guarded.of("an event loop", task));
    }

    @Override
    public void offLoop(Runnable work, Runnable then) {
        Callable<Boolean> call = () -> {
            work.run();
            return true;
        };
        vertx.executeBlocking(call, false).onComplete(done -> loop.execute(then));
    }
}
