package io.hikyaku.cli;

/// What the exit code of a command says to the script that called it.
public final class Exit {
    /// The command did what was asked.
    public static final int DONE = 0;

    /// It was asked correctly and could not be done.
    public static final int FAILED = 1;

    /// The command line or a configuration file is wrong; trying again unchanged is of no use.
    public static final int WRONG_USAGE = 2;

    private Exit() {}
}
