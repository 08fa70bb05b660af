package io.hikyaku.call.pool;

import io.hikyaku.call.exchange.TargetPool;
import io.hikyaku.call.exchange.TargetSide;
import io.hikyaku.call.http.Request;
import io.hikyaku.call.http.field.WebSocket;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.stream.ResetCode;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// One exchange's search for a place, from target to target. Belongs to its event loop.
public final class TargetAcquire implements TargetPool.PendingAcquire {
    private final TargetPool.Waiter waiter;
    private final @Nullable String caller;
    private final OptionalLong affinity;
    private final boolean fresh;
    private final boolean grpc;
    private final boolean repeatable;
    private final boolean webSocket;
    private final long sinceNanos;
    private @Nullable Runnable onCancel;
    private boolean over;

    public TargetAcquire(
            RequestHead head,
            @Nullable String caller,
            OptionalLong affinity,
            boolean fresh,
            TargetPool.Waiter waiter,
            long nowNanos) {
        this.waiter = waiter;
        this.caller = caller;
        this.affinity = affinity;
        this.fresh = fresh;
        this.grpc = Request.isGrpc(head);
        this.repeatable = Request.isIdempotent(head);
        this.webSocket = WebSocket.isAsked(head);
        this.sinceNanos = nowNanos;
    }

    /// The caller's connection that it is tied to; null: to none.
    @Nullable
    String caller() {
        return caller;
    }

    /// Equal for calls that are to stay with one target; empty: any will do.
    public OptionalLong affinity() {
        return affinity;
    }

    /// Whether the target is to be asked in HTTP/1.1 if it speaks that: a connection that is tied carries one
    /// exchange at a time.
    boolean prefersHttp1() {
        return webSocket || caller != null;
    }

    /// Whether a connection that was used before will not do.
    boolean fresh() {
        return fresh;
    }

    boolean isGrpc() {
        return grpc;
    }

    /// Whether it may be sent twice.
    boolean isRepeatable() {
        return repeatable;
    }

    /// Whether the connection may become a WebSocket, which takes it for good.
    boolean isWebSocket() {
        return webSocket;
    }

    long sinceNanos() {
        return sinceNanos;
    }

    /// Nobody waits any more, or a place was found.
    boolean isOver() {
        return over;
    }

    /// What to undo if the search is called off at this point.
    void at(Runnable undo) {
        onCancel = undo;
    }

    public void found(TargetSide side) {
        over = true;
        waiter.onSide(side);
    }

    public void fail(ResetCode code) {
        if (!over) {
            over = true;
            waiter.onFailed(code, "");
        }
    }

    @Override
    public void cancel() {
        Runnable undo = onCancel;
        if (!over) {
            over = true;
            if (undo != null) {
                undo.run();
            }
        }
    }
}
