package io.hikyaku.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// CPU time of processes from /proc: user and system, in steps of 10 ms. Steadier than elapsed time on a shared
/// machine.
final class CpuTime {
    private static final double SECONDS_PER_TICK = 0.01;
    private static final int USER_FIELD = 11; // counted behind the name, which may hold spaces
    private static final int SYSTEM_FIELD = 12;

    private CpuTime() {}

    static boolean isAvailable() {
        return Files.isReadable(Path.of("/proc/self/stat"));
    }

    /// Seconds of CPU the process has used so far; 0 if it is gone or there is no /proc.
    static double seconds(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(fields[USER_FIELD]) + Long.parseLong(fields[SYSTEM_FIELD])) * SECONDS_PER_TICK;
        } catch (IOException gone) {
            return 0;
        }
    }
}
