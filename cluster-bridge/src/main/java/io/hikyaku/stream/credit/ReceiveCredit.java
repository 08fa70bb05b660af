package io.hikyaku.stream.credit;

/// What the other side of a stream may send: credit means consumed, not received (PROTOCOL.md §6.4), and none is
/// granted that was not reserved. The window doubles when a reader takes half of it within two round trips; when it
/// takes long, and memory has become scarce, it falls to what a new stream would get. All numbers are bytes since the
/// start.
///
/// ```
///  0 ────── consumed ────── received ────── granted ────── consumed + window
///              └──── held ────┘                │
///              └──────── reserved ─────────────┘        (at least; a window at rest is reserved as a whole)
/// ```
public final class ReceiveCredit {
    /// A reader that takes longer than this for a quarter of its window could do with a smaller window, and one
    /// that is faster with a larger one.
    private static final long SLOW_NANOS = 1_000_000_000;

    private static final long FAST_NANOS = 2_000_000;

    private final WindowBudget budget;
    private long window;
    private long reserved;
    private long granted;
    private long received;
    private long consumed;
    private long grantedSpan;
    private long required;
    private long lastGrantAt;
    private boolean ended;
    private boolean closed;

    /// @param window what the other side may be ahead of the reader, reserved in `budget`; 0 as long as there is
    ///     none
    /// @param granted how much of it the other side knows of
    public ReceiveCredit(WindowBudget budget, long window, long granted) {
        this.budget = budget;
        this.closed = window == 0;
        begin(window, granted);
    }

    private void begin(long first, long known) {
        window = first;
        reserved = first;
        granted = known;
        grantedSpan = known;
    }

    /// Reserves the window of a stream that is about to be opened here.
    ///
    /// @return the credit to open it with; 0: there is no memory for it
    public long open(long wanted) {
        long first = budget.open(Math.min(WindowBudget.LEAST_WINDOW, wanted), wanted);
        closed = first == 0;
        begin(first, first);
        return first;
    }

    /// Bytes received and not yet consumed.
    public long held() {
        return received - consumed;
    }

    public long consumed() {
        return consumed;
    }

    /// Counts bytes as received; returns false if they were never granted, and counts none.
    public boolean onReceived(long bytes) {
        if (received + bytes > granted) {
            return false;
        }
        received += bytes;
        return true;
    }

    public void onConsumed(long bytes) {
        consumed = Math.min(received, consumed + bytes);
        trim();
    }

    /// Nothing more comes: what was granted beyond what came is given back.
    public void end() {
        ended = true;
        trim();
    }

    /// Nobody reads any more: everything is given back.
    public void close() {
        if (!closed) {
            closed = true;
            budget.close(reserved);
            reserved = 0;
        }
    }

    private void trim() {
        long outstanding = (ended ? received : granted) - consumed;
        long needed = ended ? outstanding : Math.max(window, outstanding);
        if (!closed && needed < reserved) {
            budget.release(reserved - needed);
            reserved = needed;
        }
    }

    /// Whether the other side should hear of more credit: half of what it was last told is used up, and the reader
    /// has taken enough that telling is worth a frame; or the reader would otherwise wait for ever for what it
    /// collects.
    public boolean isGrantDue() {
        long more = consumed + window - granted;
        if (more <= 0) {
            return false;
        }
        return consumed + required > granted || more >= window / 4 && granted - received <= grantedSpan / 2;
    }

    /// The reader takes nothing until it has this many bytes, counted from what it has taken: widens the window to
    /// that size, if it is smaller. 0: it takes what comes.
    ///
    /// @return false if there is no memory for it
    public boolean require(long bytes) {
        required = bytes;
        long more = bytes - window;
        if (more <= 0) {
            return true;
        }
        if (closed || window + more > reserved && !budget.require(window + more - reserved)) {
            return false;
        }
        window = bytes;
        reserved = Math.max(reserved, bytes);
        return true;
    }

    /// The credit to tell, with the window as it has become.
    public long grant(long nowNanos, long roundTripNanos) {
        if (lastGrantAt != 0) {
            long took = nowNanos - lastGrantAt;
            if (took < Math.max(2 * roundTripNanos, FAST_NANOS)) {
                grow();
            } else if (took > Math.max(8 * roundTripNanos, SLOW_NANOS)) {
                window = Math.max(Math.max(window / 2, budget.fairShare(window)), Math.min(window, required));
                trim();
            }
        }
        lastGrantAt = nowNanos;
        granted = Math.max(granted, consumed + window);
        grantedSpan = granted - received;
        return granted;
    }

    private void grow() {
        if (reserved == window && budget.grow(window, window)) {
            reserved += window;
            window += window;
        }
    }
}
