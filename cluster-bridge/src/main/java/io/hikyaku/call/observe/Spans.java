package io.hikyaku.call.observe;

import io.hikyaku.call.observe.Observation.Side;
import org.jspecify.annotations.Nullable;

/// Makes spans. From any thread.
public interface Spans extends AutoCloseable {
    /// Begins one now.
    ///
    /// @param service `namespace/name:port`
    /// @param parent null: the call has no trace yet
    CallSpan begin(Side side, String service, @Nullable TraceContext parent);

    /// Sends what is left, within seconds.
    @Override
    void close();
}
