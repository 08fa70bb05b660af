package io.hikyaku.stream;

import io.hikyaku.loop.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// Finds the stalled streams of a channel, and counts what readers hold. Looks once a second, and only while some
/// reader holds bytes. Belongs to its event loop.
final class StallWatch {
    private static final Duration PERIOD = Duration.ofSeconds(1);
    /// How often a handler hears that its stream is stalled, in periods.
    private static final int PERIODS_PER_NOTICE = 60;

    private final Loop loop;
    private final StreamCounters counters;
    private final Collection<MuxStream> streams;
    private long heldBytes;
    private long countedBytes;
    private int stalled;
    private boolean scheduled;

    /// @param counters of the process
    /// @param streams those of the channel that are open
    StallWatch(Loop loop, StreamCounters counters, Collection<MuxStream> streams) {
        this.loop = loop;
        this.counters = counters;
        this.streams = streams;
    }

    /// What a stream had consumed when it was looked at last.
    static final class Mark {
        private long consumed = -1;
        private int periods;

        /// Whether its reader holds bytes and has taken none since the last time.
        private boolean isStalled(MuxStream stream) {
            boolean still = stream.held() > 0 && consumed == stream.consumed();
            consumed = stream.consumed();
            periods = still ? periods + 1 : 0;
            return still;
        }
    }

    /// Readers hold this many bytes more, or fewer if negative.
    void onHeld(long more) {
        heldBytes += more;
        if (!scheduled) {
            scheduled = true;
            loop.after(PERIOD.toNanos(), this::look);
        }
    }

    private void look() {
        int found = 0;
        for (MuxStream stream : heldBytes == 0 ? List.<MuxStream>of() : new ArrayList<>(streams)) {
            Mark mark = stream.stallMark();
            if (mark.isStalled(stream)) {
                found++;
                if (mark.periods % PERIODS_PER_NOTICE == 0) {
                    stream.tellStalled(PERIOD.multipliedBy(mark.periods));
                }
            }
        }
        counters.stalled.add(found - stalled);
        counters.heldBytes.add(heldBytes - countedBytes);
        stalled = found;
        countedBytes = heldBytes;
        scheduled = false;
        if (heldBytes > 0 || stalled > 0) { // handlers that were told may have ended the streams
            onHeld(0);
        }
    }

    int stalledStreams() {
        return stalled;
    }

    long heldBytes() {
        return heldBytes;
    }
}
