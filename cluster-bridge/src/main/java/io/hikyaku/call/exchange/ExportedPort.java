package io.hikyaku.call.exchange;

import io.hikyaku.call.CallContext;
import io.hikyaku.call.CallMetrics;
import io.hikyaku.wire.call.HttpFrame.Version;
import io.netty.util.AsciiString;

/// One exported HTTP port on one event loop: what all its calls share.
///
/// @param pool where its targets are
/// @param via10 what is added to `Via` (RFC 9110 §7.6.3) when the request came in HTTP/1.0
public record ExportedPort(
        CallContext context,
        CallMetrics.Calls calls,
        TargetPool pool,
        AsciiString via10,
        AsciiString via11,
        AsciiString via20) {

    public static ExportedPort of(CallContext context, CallMetrics.Calls calls, TargetPool pool) {
        return new ExportedPort(
                context,
                calls,
                pool,
                AsciiString.of("1.0 " + context.cluster()),
                AsciiString.of("1.1 " + context.cluster()),
                AsciiString.of("2.0 " + context.cluster()));
    }

    AsciiString via(Version version) {
        return switch (version) {
            case HTTP_1_0 -> via10;
            case HTTP_1_1 -> via11;
            case HTTP_2 -> via20;
        };
    }
}
