package io.hikyaku.call.exchange;

import io.hikyaku.call.Problem;

/// Bytes that are not the HTTP message they should be. Without a stack trace, because whoever sends them decides how
/// often it is made.
public final class Rejected extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Problem problem;

    /// @param what for the log; never bytes of the message
    public Rejected(Problem problem, String what) {
        super(what, null, false, false);
        this.problem = problem;
    }

    public static Rejected badRequest(String what) {
        return new Rejected(Problem.BAD_REQUEST, what);
    }

    public Problem problem() {
        return problem;
    }
}
