package io.hikyaku.kubernetes.check;

/// What one check has found.
///
/// @param check what was looked at, a few words
/// @param verdict how that is
/// @param found one line
/// @param mend one line, what to do about it; empty if nothing has to be done
public record CheckResult(String check, Verdict verdict, String found, String mend) {
    /// How it is.
    public enum Verdict {
        OK,
        /// Works, or may work, and deserves a look.
        WARN,
        FAIL,
        /// Could not be looked at.
        SKIPPED
    }

    public static CheckResult ok(String check, String found) {
        return new CheckResult(check, Verdict.OK, found, "");
    }

    public static CheckResult warn(String check, String found, String mend) {
        return new CheckResult(check, Verdict.WARN, found, mend);
    }

    public static CheckResult fail(String check, String found, String mend) {
        return new CheckResult(check, Verdict.FAIL, found, mend);
    }

    public static CheckResult skipped(String check, String found, String mend) {
        return new CheckResult(check, Verdict.SKIPPED, found, mend);
    }
}
