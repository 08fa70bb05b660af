package io.hikyaku.bench;

import java.util.Map;
import java.util.SequencedMap;

/// One way for a call to get from a client to the origin.
///
/// @param name as in the table
/// @param http `host:port` that answers HTTP
/// @param tcp `host:port` that leads to the bulk server
/// @param processes by name, the pids whose CPU time counts as the way's
/// @param jvm whether they are JVMs, which are slow until their compilers have seen the load
record Contender(String name, String http, String tcp, SequencedMap<String, Long> processes, boolean jvm) {
    /// CPU seconds used by each process so far.
    double[] cpuSeconds() {
        return processes.sequencedValues().stream()
                .mapToDouble(CpuTime::seconds)
                .toArray();
    }

    /// Only to say what [#cpuSeconds] is about.
    Iterable<Map.Entry<String, Long>> entries() {
        return processes.sequencedEntrySet();
    }
}
