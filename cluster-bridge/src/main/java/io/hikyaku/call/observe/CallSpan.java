package io.hikyaku.call.observe;

/// The span that this bridge adds to the trace of a call.
public interface CallSpan {
    /// 32 hexadecimal digits.
    String traceId();

    /// 16 hexadecimal digits.
    String spanId();

    /// Whether it will be shown anywhere.
    boolean isSampled();

    /// The call is over.
    void end(Observation call);
}
