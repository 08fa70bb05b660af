package io.hikyaku.call.http;

import io.hikyaku.call.Problem;

/// Bytes that are not the HTTP/1 message they should be. Without a stack trace, because whoever sends them decides how
/// often it is made.
final class Rejected extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Problem problem;

    /// @param what for the log; never bytes of the message
    Rejected(Problem problem, String what) {
        super(what, null, false, false);
        this.problem = problem;
    }

    static Rejected badRequest(String what) {
        return new Rejected(Problem.BAD_REQUEST, what);
    }

    Problem problem() {
        return problem;
    }
}
