package io.hikyaku.stream.credit;

/// Divides what one channel may keep for its readers among the receive windows of its streams, so that any number of
/// stalled streams leaves the others their speed, and newcomers a window. What is granted has been reserved before,
/// here and in the process's [MemoryBudget].
///
/// Each stream that asks gets a share of what is spare (as with dynamic thresholds in shared switch buffers), so the
/// more is taken, the less each further one gets: 1/256 to a new stream; to one that grows because its reader keeps up,
/// half of what is spare beyond the half that is left to new streams. The least window of all streams that may still
/// come is kept back from both. Belongs to its event loop.
public final class WindowBudget {
    /// Window below which no stream starts, and to which those of slow readers fall, in bytes.
    public static final int LEAST_WINDOW = 4 * 1024;

    private static final int FIRST_SHARE = 256;
    private static final int GROWTH_SHARE = 2;

    private final MemoryBudget process;
    private final long limit;
    private final int maxStreams;
    private long reserved;
    private int streams;

    /// @param limit bytes of all windows together
    /// @param maxStreams streams that are expected to have a window at once; more may find none left
    public WindowBudget(MemoryBudget process, long limit, int maxStreams) {
        this.process = process;
        this.limit = limit;
        this.maxStreams = maxStreams;
    }

    /// What a new stream would get of `wanted` bytes as long as memory is left.
    public long fairShare(long wanted) {
        return Math.clamp(spare() / FIRST_SHARE, Math.min(LEAST_WINDOW, wanted), wanted);
    }

    /// What a new stream would get now; 0: nothing is left.
    public long offer(long wanted) {
        long window = fairShare(wanted);
        return reserved + window <= limit && process.hasLeft(window) ? window : 0;
    }

    /// Reserves the window of a new stream, which is to be given back with [#close].
    ///
    /// @param least bytes without which it is of no use
    /// @param wanted bytes that it is to have at most
    /// @return its window; 0: nothing was reserved, the stream is to be refused
    public long open(long least, long wanted) {
        long offered = Math.max(least, fairShare(wanted));
        long window = tryReserve(offered) ? offered : offered > least && tryReserve(least) ? least : 0;
        streams += window > 0 ? 1 : 0;
        return window;
    }

    /// Reserves more for a stream whose reader keeps up.
    ///
    /// @param window what it has
    boolean grow(long window, long more) {
        long forNewStreams = (limit - entitled()) / 2;
        return window + more <= (spare() - forNewStreams) / GROWTH_SHARE && tryReserve(more);
    }

    /// Reserves more for a stream that cannot go on without it, but none of what is kept back for new ones.
    public boolean require(long more) {
        return reserved + more <= limit - entitled() && tryReserve(more);
    }

    boolean tryReserve(long more) {
        boolean left = reserved + more <= limit && process.tryReserve(more);
        reserved += left ? more : 0;
        return left;
    }

    /// Gives part of a window back.
    void release(long bytes) {
        reserved -= bytes;
        process.release(bytes);
    }

    /// A stream is gone.
    ///
    /// @param bytes all that it still had
    public void close(long bytes) {
        streams--;
        release(bytes);
    }

    /// What is neither taken nor kept back.
    private long spare() {
        return Math.max(0, Math.min(limit - entitled() - reserved, process.spare()));
    }

    /// What is kept back for streams that may still come.
    private long entitled() {
        return Math.min((long) LEAST_WINDOW * Math.max(0, maxStreams - streams), limit * 3 / 4);
    }

    /// Bytes of all windows now.
    long reserved() {
        return reserved;
    }
}
