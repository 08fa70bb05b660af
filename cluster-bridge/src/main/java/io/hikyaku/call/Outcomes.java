package io.hikyaku.call;

/// The outcomes of calls that do not end with a [Problem].
public final class Outcomes {
    /// Every byte was carried, in both directions as far as it was wanted.
    public static final String COMPLETED = "completed";
    /// The caller went away first.
    public static final String CANCELLED = "cancelled";
    /// Cut off after the response had begun.
    public static final String CUT_OFF = "cut-off";

    private Outcomes() {}
}
