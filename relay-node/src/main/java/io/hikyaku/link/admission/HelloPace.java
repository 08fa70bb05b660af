package io.hikyaku.link.admission;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// How many handshakes each source has begun in the current second: a `ClientHello` costs its sender nothing, and us a
/// signature. Keeps nothing of earlier seconds. Not thread-safe.
final class HelloPace {
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final int perSecond;
    private final Map<Object, Integer> begun = new HashMap<>();
    private long since;

    HelloPace(int perSecond) {
        this.perSecond = perSecond;
    }

    boolean take(Object source, long nowNanos) {
        if (begun.isEmpty() || nowNanos - since >= SECOND_NANOS) {
            begun.clear();
            since = nowNanos;
        }
        return begun.merge(source, 1, Integer::sum) <= perSecond;
    }
}
