package io.hikyaku.call.http.field;

import io.hikyaku.call.Problem;
import io.hikyaku.call.Violation;

/// Bytes that are not the HTTP message they should be, or that the other side has said it does not take. Without a
/// stack trace, because the sender decides how often it is made.
public final class BadMessage extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Violation violation;

    /// @param what for the log, in our own words; never bytes of the message
    public BadMessage(Violation violation, String what) {
        super(what, null, false, false);
        this.violation = violation;
    }

    /// Of a kind that has no name of its own.
    public static BadMessage badRequest(String what) {
        return new BadMessage(Violation.MESSAGE, what);
    }

    public Violation violation() {
        return violation;
    }

    public Problem problem() {
        return violation.problem();
    }
}
