package io.hikyaku.call.http2.server;

import io.hikyaku.stream.credit.MemoryBudget;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Stream;

/// What a caller may send on one stream before the path to the exporter takes it. It is reserved in the process's
/// budget, and each stream has its own: the connection's window holds back nothing ([CallerHttp2Codec]), so a request
/// that waits does not hold back others. It starts small and grows once for a request that is being taken.
public final class RequestWindow {
    /// SETTINGS_INITIAL_WINDOW_SIZE, in bytes.
    public static final int FIRST = 16 * 1024;

    public static final int GROWN = 256 * 1024;

    /// It grows by at most this share of the memory that nobody uses.
    private static final int SHARE = 64;

    private final CallerHttp2Connection connection;
    private final Http2Stream http2;
    private final MemoryBudget budget;
    private long reserved;
    private boolean ended;

    RequestWindow(CallerHttp2Connection connection, Http2Stream http2) {
        this.connection = connection;
        this.http2 = http2;
        this.budget = connection.port().context().budget();
    }

    /// A request begins that has a body.
    ///
    /// @return false if there is no memory for it
    boolean open() {
        long window = flowController().windowSize(http2); // larger than FIRST until the caller knows our SETTINGS
        boolean left = budget.tryReserve(window);
        reserved = left ? window : 0;
        return left;
    }

    /// `bytes` of it were taken, and more may come.
    void consumed(int bytes) {
        dropped(bytes);
        int more = (int) (GROWN - reserved);
        if (!ended && reserved > 0 && more > 0 && more <= budget.spare() / SHARE && budget.tryReserveSpare(more)) {
            reserved += more;
            connection.widen(http2, more);
        }
    }

    /// `bytes` of it reached nobody.
    void dropped(int bytes) {
        connection.consume(http2, bytes);
        if (ended) {
            keep(reserved - bytes);
        }
    }

    /// Nothing more comes.
    ///
    /// @param held bytes that are not consumed yet
    void end(int held) {
        ended = true;
        keep(held);
    }

    private void keep(long bytes) {
        long kept = Math.clamp(bytes, 0, reserved);
        budget.release(reserved - kept);
        reserved = kept;
    }

    /// The stream is gone.
    void close() {
        keep(0);
    }

    private Http2LocalFlowController flowController() {
        return connection.decoder().flowController();
    }
}
