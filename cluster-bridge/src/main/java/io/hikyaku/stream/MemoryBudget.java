package io.hikyaku.stream;

import java.util.concurrent.atomic.AtomicLong;

/// How many bytes all streams of a process may hold, in both directions: windows are granted against it, so that peers
/// can never make the process hold more (promise 4). Thread-safe.
public final class MemoryBudget {
    private final long total;
    private final AtomicLong reserved = new AtomicLong();

    /// @param total in bytes
    public MemoryBudget(long total) {
        this.total = total;
    }

    /// Reserves `bytes` if they are left.
    boolean tryReserve(long bytes) {
        long before = reserved.get();
        while (before + bytes <= total) {
            if (reserved.compareAndSet(before, before + bytes)) {
                return true;
            }
            before = reserved.get();
        }
        return false;
    }

    void release(long bytes) {
        reserved.addAndGet(-bytes);
    }

    /// Bytes reserved now.
    public long reserved() {
        return reserved.get();
    }

    /// Bytes that may be reserved in all.
    public long total() {
        return total;
    }
}
