package io.hikyaku.stream.credit;

import java.util.concurrent.atomic.AtomicLong;

/// How many bytes all streams of a process, and callers' connections in HTTP/2, may hold, in both directions: windows
/// are granted against it, so that peers can never make the process hold more (promise 4). Thread-safe.
public final class MemoryBudget {
    private final long total;
    private final AtomicLong reserved = new AtomicLong();

    /// @param total in bytes
    public MemoryBudget(long total) {
        this.total = total;
    }

    /// Reserves `bytes` if they are left.
    public boolean tryReserve(long bytes) {
        return tryReserve(bytes, total);
    }

    /// Reserves `bytes` if that leaves at least half of the total: for what makes things faster, which must not be
    /// at the cost of others.
    public boolean tryReserveSpare(long bytes) {
        return tryReserve(bytes, total / 2);
    }

    /// Whether [#tryReserve] would succeed for this many bytes now.
    public boolean hasLeft(long bytes) {
        return reserved.get() + bytes <= total;
    }

    /// What [#tryReserveSpare] has left; not below 0.
    public long spare() {
        return Math.max(0, total / 2 - reserved.get());
    }

    private boolean tryReserve(long bytes, long limit) {
        long before = reserved.get();
        while (before + bytes <= limit) {
            if (reserved.compareAndSet(before, before + bytes)) {
                return true;
            }
            before = reserved.get();
        }
        return false;
    }

    public void release(long bytes) {
        reserved.addAndGet(-bytes);
    }

    /// Bytes reserved now.
    public long reserved() {
        return reserved.get();
    }

    /// Total bytes that may be reserved.
    public long total() {
        return total;
    }
}
