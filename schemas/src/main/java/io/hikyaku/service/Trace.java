package io.hikyaku.service;

import java.util.Locale;

/// What becomes of the trace that an HTTP caller's request belongs to (W3C Trace Context).
public enum Trace {
    /// It goes on, as far as it is valid.
    CONTINUE,
    /// It ends here, with everything that callers say about it, and a new one begins if calls are traced.
    RESTART;

    /// As written in files.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
