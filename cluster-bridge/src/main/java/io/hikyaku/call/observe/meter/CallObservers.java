package io.hikyaku.call.observe.meter;

import io.hikyaku.call.observe.CallSpan;
import io.hikyaku.call.observe.Observation;
import io.hikyaku.call.observe.Spans;
import io.hikyaku.call.observe.log.AccessLog;
import org.jspecify.annotations.Nullable;

/// What is done with each call besides carrying and counting it.
///
/// @param log null: there is no access log
/// @param spans null: calls are not traced
public record CallObservers(
        @Nullable AccessLog log, @Nullable Spans spans) implements AutoCloseable {
    public static final CallObservers NONE = new CallObservers(null, null);

    void onFinish(Observation call) {
        CallSpan span = call.span();
        if (span != null) {
            span.end(call);
        }
        if (log != null) {
            log.add(call);
        }
    }

    @Override
    public void close() {
        if (log != null) {
            log.close();
        }
        if (spans != null) {
            spans.close();
        }
    }
}
