package io.hikyaku.call;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// Who may be asked for one service port, on one event loop. Policy decides; calls ask.
public interface Candidates {
    /// The one to try next.
    ///
    /// @param tried are left out
    /// @return null when there is no other
    @Nullable
    Seat pick(Collection<Seat> tried);
}
