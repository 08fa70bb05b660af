package io.hikyaku.call.exchange;

import io.hikyaku.call.CallContext;
import io.hikyaku.call.CallMetrics;
import io.netty.channel.EventLoop;

/// One exported HTTP port on one event loop: what all its calls share.
///
/// @param pool where its targets are
public record ExportedPort(CallContext context, CallMetrics.Calls calls, TargetPool pool, EventLoop loop, Via via) {}
