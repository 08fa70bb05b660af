package io.hikyaku.stream.credit;

/// Bounds what the streams of one channel have queued to be sent. They may queue freely as long as the total is small;
/// beyond that it is reserved from the process's spare memory, and once that is short, or half of the channel's share
/// is taken, each may queue only a little. Belongs to its event loop.
public final class SendBudget {
    /// What a stream may queue when memory is scarce, in bytes.
    static final int SCARCE = 4 * 1024;
    /// Bytes that are queued and sent within a turn, as most are, cost no reservation.
    private static final long FREE = 256 * 1024;

    private static final long CHUNK = 256 * 1024;

    private final MemoryBudget process;
    private final long limit;
    private long queued;
    private long reserved;
    private boolean scarce;

    /// @param limit bytes of which all streams may have queued half before they get less
    public SendBudget(MemoryBudget process, long limit) {
        this.process = process;
        this.limit = limit / 2;
    }

    /// @param own what a stream may queue when memory is plenty
    public int share(int own) {
        return scarce || queued >= limit ? Math.min(own, SCARCE) : own;
    }

    /// @param bytes queued, or sent if they are negative
    public void onQueued(long bytes) {
        queued += bytes;
        long beyond = queued - FREE;
        if (beyond > reserved) {
            long more = (beyond - reserved + CHUNK - 1) / CHUNK * CHUNK;
            scarce = !process.tryReserveSpare(more);
            reserved += scarce ? 0 : more;
        } else {
            scarce = false;
            if (reserved > 0 && (beyond <= 0 || beyond + 2 * CHUNK <= reserved)) {
                long less = beyond <= 0 ? reserved : (reserved - beyond) / CHUNK * CHUNK;
                reserved -= less;
                process.release(less);
            }
        }
    }
}
