/// Spans of calls by OpenTelemetry, sent to a collector in OTLP over HTTP. The only package that knows OpenTelemetry,
/// and loaded only where tracing is configured; calls see it as the interfaces of `io.hikyaku.call.observe`.
@NullMarked
package io.hikyaku.tracing;

import org.jspecify.annotations.NullMarked;
