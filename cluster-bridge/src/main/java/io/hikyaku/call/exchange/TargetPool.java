package io.hikyaku.call.exchange;

import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.stream.ResetCode;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Finds exchanges a place at one of an exported port's targets. Belongs to its event loop.
public interface TargetPool {
    /// Looks for a place; the waiter is called exactly once, perhaps synchronously, unless the acquire is cancelled
    /// before.
    ///
    /// @param caller the connection of a caller that the request is tied to; null: to none
    /// @param affinity equal for requests that are to stay with one target; empty: any will do
    /// @param fresh whether a connection that was used before will not do, since the last one turned out to be gone
    PendingAcquire find(RequestHead head, @Nullable String caller, OptionalLong affinity, boolean fresh, Waiter waiter);

    /// Waits for a place.
    interface Waiter {
        void onSide(TargetSide side);

        /// @param code why no target could be reached
        void onFailed(ResetCode code, String detail);
    }

    /// A place that is looked for.
    interface PendingAcquire {
        void cancel();
    }
}
