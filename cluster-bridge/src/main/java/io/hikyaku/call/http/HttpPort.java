package io.hikyaku.call.http;

import io.hikyaku.call.Attempts;
import io.hikyaku.call.CallContext;
import io.hikyaku.call.CallMetrics;
import io.netty.util.AsciiString;

/// One imported HTTP port on one event loop: what all its connections share.
///
/// @param service `namespace/name:port`, for answers and metrics
/// @param via what is added to `Via`
record HttpPort(String service, AsciiString via, Attempts.Route route, CallMetrics.Calls calls) {
    CallContext context() {
        return route.context();
    }
}
