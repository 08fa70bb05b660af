package io.hikyaku.stream;

import java.util.concurrent.atomic.LongAdder;

/// What the streams of a process count. Shared by all event loops; read by the metrics and by status.
public final class StreamCounters {
    public final LongAdder opened = new LongAdder();
    /// Ended cleanly or reset.
    public final LongAdder closed = new LongAdder();
    public final LongAdder resetHere = new LongAdder();
    public final LongAdder resetByPeer = new LongAdder();
    /// Streams that the other side opened and this one refused because of a limit.
    public final LongAdder refused = new LongAdder();
    /// Bytes accepted from the call layer and not yet sent.
    public final LongAdder queuedBytes = new LongAdder();

    /// Bytes that arrived and that readers here have not taken, as of some moment within the last second.
    public final LongAdder heldBytes = new LongAdder();
    /// Streams whose readers here hold bytes and take none.
    public final LongAdder stalled = new LongAdder();

    /// Streams that are open now.
    public long open() {
        return opened.sum() - closed.sum();
    }
}
