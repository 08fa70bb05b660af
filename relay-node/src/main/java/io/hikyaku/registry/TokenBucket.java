package io.hikyaku.registry;

/// How often one node may say something: a burst at once after a quiet time, and then so many times per second
/// (PROTOCOL.md §4.5). Touched only by the control loop.
public final class TokenBucket {
    /// Taken at once after a quiet time.
    public static final int BURST = 20;

    static final int PER_SECOND = 4;

    private double tokens = BURST;
    private long countedAt;

    public TokenBucket(long now) {
        this.countedAt = now;
    }

    /// @return false if there is none left
    public boolean take(long now) {
        tokens = Math.min(BURST, tokens + (now - countedAt) / 1e9 * PER_SECOND);
        countedAt = now;
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }
}
