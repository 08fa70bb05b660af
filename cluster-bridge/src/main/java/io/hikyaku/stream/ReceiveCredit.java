package io.hikyaku.stream;

/// What the other side may send, for one stream or one channel: credit means consumed, not received, and the window
/// grows when a whole one is consumed within two round trips (PROTOCOL.md §6.4). All numbers are bytes since the start.
final class ReceiveCredit {
    /// Grants a larger window, or does not.
    @FunctionalInterface
    interface Growth {
        boolean allow(long moreBytes);
    }

    private final long maxWindow;
    private long window;
    private long granted;
    private long received;
    private long consumed;
    private long grantedSpan;
    private long lastGrantAt;

    /// @param initial what the other side may send from the start
    /// @param window what it may be ahead of what was consumed from then on
    /// @param maxWindow what the window may grow to
    ReceiveCredit(long initial, long window, long maxWindow) {
        this.window = window;
        this.maxWindow = Math.max(window, maxWindow);
        granted = initial;
        grantedSpan = initial;
    }

    long window() {
        return window;
    }

    /// Bytes received and not yet consumed.
    long held() {
        return received - consumed;
    }

    /// Counts bytes as received; returns false if they were never granted.
    boolean onReceived(long bytes) {
        received += bytes;
        return received <= granted;
    }

    void onConsumed(long bytes) {
        consumed = Math.min(received, consumed + bytes);
    }

    /// Whether the other side should hear of more credit: half of what it was last told is used up.
    boolean isGrantDue() {
        return consumed + window > granted && granted - received <= grantedSpan / 2;
    }

    /// Whether what was received and not yet consumed fills half of a window that could grow: readers that do not
    /// read would soon hold up the others.
    boolean isHeldUp() {
        return window < maxWindow && held() > window / 2;
    }

    /// The credit to tell, growing the window if the reader is faster than the path is long, or if it holds up
    /// others.
    long grant(long nowNanos, long roundTripNanos, Growth growth) {
        boolean fast = lastGrantAt != 0 && nowNanos - lastGrantAt < 2 * Math.max(roundTripNanos, 1_000_000);
        long more = Math.min(window, maxWindow - window);
        if ((fast || held() > window / 2) && more > 0 && growth.allow(more)) {
            window += more;
        }
        lastGrantAt = nowNanos;
        granted = consumed + window;
        grantedSpan = granted - received;
        return granted;
    }
}
