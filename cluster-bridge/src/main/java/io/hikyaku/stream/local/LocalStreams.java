package io.hikyaku.stream.local;

import io.hikyaku.stream.Stream;
import io.hikyaku.stream.StreamAcceptor;
import io.hikyaku.stream.StreamHandler;
import io.hikyaku.stream.StreamOpener;
import io.hikyaku.stream.StreamSettings;
import io.hikyaku.stream.credit.WindowBudget;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/// Streams inside this process: what is opened here is handed to an acceptor on the same event loop, with the credit,
/// half-close and reset that a channel's streams have. So calls to exports of this cluster are carried like all others.
/// Every event comes in a later task of the loop, never out of a call on the stream. Belongs to its event loop.
public final class LocalStreams implements StreamOpener {
    private final Executor loop;
    private final StreamAcceptor acceptor;
    private final StreamSettings settings;
    private final WindowBudget windows;
    private final ArrayDeque<LocalStream> due = new ArrayDeque<>();
    private boolean scheduled;
    private int open;

    /// @param loop runs tasks later, one after the other
    public LocalStreams(Executor loop, StreamAcceptor acceptor, StreamSettings settings) {
        this.loop = loop;
        this.acceptor = acceptor;
        this.settings = settings;
        this.windows = new WindowBudget(settings.budget(), settings.channelWindow(), 2 * settings.maxStreams());
    }

    /// Streams that are open now.
    public int openStreams() {
        return open;
    }

    @Override
    public Stream open(ByteBuf metadata, StreamHandler handler) {
        long nearWindow = open < settings.maxStreams() ? firstWindow() : 0;
        long farWindow = nearWindow > 0 ? firstWindow() : 0;
        LocalStream near = new LocalStream(this, nearWindow);
        near.handledBy(handler);
        if (farWindow == 0) {
            metadata.release();
            near.refuse(ResetCode.REFUSED, open < settings.maxStreams() ? "No memory is left" : "Too many streams");
            return near;
        }
        open++;
        LocalStream far = new LocalStream(this, farWindow);
        LocalStream.join(near, far);
        far.openWith(metadata);
        return near;
    }

    private long firstWindow() {
        return windows.open(Math.min(WindowBudget.LEAST_WINDOW, settings.window()), settings.window());
    }

    WindowBudget windows() {
        return windows;
    }

    StreamHandler accept(LocalStream stream, ByteBuf metadata) {
        return acceptor.onOpen(stream, metadata);
    }

    void onClosed() {
        open--;
    }

    void wake(LocalStream stream) {
        due.add(stream);
        schedule();
    }

    private void schedule() {
        if (!scheduled) {
            scheduled = true;
            loop.execute(this::deliver);
        }
    }

    /// What becomes due while this runs waits for the next task, so that sockets get their turn.
    private void deliver() {
        scheduled = false;
        try {
            for (int left = due.size(); left > 0; left--) {
                due.remove().deliver();
            }
        } finally {
            if (!due.isEmpty()) {
                schedule();
            }
        }
    }
}
