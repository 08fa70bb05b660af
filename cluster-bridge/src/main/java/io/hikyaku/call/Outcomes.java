package io.hikyaku.call;

/// How calls end that no [Problem] ends.
public final class Outcomes {
    /// Every byte went over, both ways as far as they were wanted.
    public static final String COMPLETED = "completed";
    /// The caller went away first.
    public static final String CANCELLED = "cancelled";
    /// Cut off after the response had begun.
    public static final String CUT_OFF = "cut-off";

    private Outcomes() {}
}
