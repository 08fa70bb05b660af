package io.hikyaku.call.exchange;

import io.hikyaku.call.CallContext;
import io.hikyaku.call.CallMetrics;
import io.hikyaku.call.Refusals;
import io.hikyaku.call.attempt.Attempts;
import io.hikyaku.call.http.field.Forwarding;
import java.time.Duration;

/// One imported HTTP port as one connection calls it.
///
/// @param service `namespace/name:port`, for responses and metrics
/// @param timeout for a whole call; zero: none
/// @param route of the connection's calls
/// @param forwarding what services are told about where requests come from
public record HttpPort(
        String service,
        Duration timeout,
        Attempts.Route route,
        CallMetrics.Calls calls,
        Refusals refusals,
        Forwarding forwarding) {
    public CallContext context() {
        return route.context();
    }
}
