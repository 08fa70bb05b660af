package io.hikyaku.node;

/// Until a program runs there is nothing to be closed: told to stop, the process ends with 0 at once, and not with the
/// 143 of one that a signal killed. To be used as the first thing that a command does, so it needs no class but its
/// own.
public final class NothingToClose {
    private static final Thread AT_SHUTDOWN =
            new Thread(() -> Runtime.getRuntime().halt(0), "nothing-to-close");

    private NothingToClose() {}

    /// From now on.
    public static void begin() {
        Runtime.getRuntime().addShutdownHook(AT_SHUTDOWN);
    }

    /// From now on ending the process is left to others; no effect when it has already begun to end.
    public static void end() {
        try {
            Runtime.getRuntime().removeShutdownHook(AT_SHUTDOWN);
        } catch (IllegalStateException shuttingDown) {
            // it ends with 0 any moment now
        }
    }
}
