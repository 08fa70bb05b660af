package io.hikyaku.balance;

import io.hikyaku.call.Problem;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// The instances that may be tried for one service port, on one event loop. Policy decides; calls ask.
public interface Candidates {
    /// A call begins. Repeats are allowed in proportion to calls.
    void onCall();

    /// The one to try next.
    ///
    /// @param tried are left out
    /// @return null when there is no other
    @Nullable
    EndpointLoad pick(Collection<EndpointLoad> tried);

    /// The one to try next for calls that are to stay together: the first that takes calls now, in an order that
    /// depends on the affinity alone.
    ///
    /// @param tried are left out
    /// @return null when there is no other
    @Nullable
    EndpointLoad pickFor(long affinity, Collection<EndpointLoad> tried);

    /// Whether it is still one of them.
    boolean has(EndpointLoad load);

    /// Asks whether a call may be tried once more; counts it if so.
    ///
    /// @param reason code of the problem that the last try ended with
    /// @param mayHaveRun whether the call may have had an effect already
    boolean allowRetry(Problem reason, boolean mayHaveRun);
}
