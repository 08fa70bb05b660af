package io.hikyaku.wire;

/// Bytes from outside that break the wire format (PROTOCOL.md §1.4). Thrown by decoders, caught in one place per layer,
/// and turned into one outcome there: a reset (stream), a close (channel) or a goodbye (link). It has no stack trace,
/// because a hostile peer decides how often it is made.
public final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// Why the bytes were refused; part of metrics, so the set is closed.
    public enum Reason {
        /// The bytes end before the value does.
        TRUNCATED,
        /// A length or count is above its stated limit.
        TOO_LARGE,
        /// A type that must be understood and is not.
        UNKNOWN_TYPE,
        /// A version outside the supported range.
        UNSUPPORTED_VERSION,
        /// A value that its clause forbids.
        INVALID_VALUE,
        /// Bytes after the end of what was announced.
        TRAILING_BYTES
    }

    private final Reason reason;

    /// @param reason the closed category
    /// @param what names the field and, where that is safe, its value; never bytes of a call
    public Malformed(Reason reason, String what) {
        super(reason + ": " + what, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
