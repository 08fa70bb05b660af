package io.hikyaku.wire.call;

import java.util.Optional;
import java.util.OptionalLong;

/// What the opener of a stream says the call is (PROTOCOL.md §7.1).
///
/// @param service `namespace/name` of the exported service, or `namespace/name/cluster/pod` of one pod of a headless
///     one; each a DNS-1123 label, at most 255 bytes
/// @param port the exported port's number, 1 to 65535
/// @param protocol how the stream's bytes are to be read
/// @param hops how many bridges this call has passed, counting this one, 1 to 255
/// @param deadlineMicros time that the call has left when the stream is opened, at most [#MAX_DEADLINE_MICROS]; 0: no
///     limit
/// @param caller who calls within the cluster that the channel proves; empty: not known
/// @param affinity equal for calls that are to stay with one target as long as it is there; empty: any will do
public record OpenMetadata(
        String service,
        int port,
        CallProtocol protocol,
        int hops,
        long deadlineMicros,
        Optional<Workload> caller,
        OptionalLong affinity) {
    public static final int MAX_SERVICE_BYTES = 255;
    public static final int MAX_LABEL_BYTES = 63;
    /// Longest deadline, in microseconds: nearly 25 days.
    public static final long MAX_DEADLINE_MICROS = Integer.MAX_VALUE * 1000L;

    /// Length of an affinity.
    public static final int AFFINITY_BYTES = 8;

    static final int MAX_PORT = 65_535;
    static final int MAX_HOPS = 255;

    public OpenMetadata {
        if (!isServiceName(service) || port < 1 || port > MAX_PORT || hops < 1 || hops > MAX_HOPS) { // §7.1
            throw new IllegalArgumentException("Service " + service + ", port " + port + ", " + hops + " hops");
        }
        if (deadlineMicros < 0 || deadlineMicros > MAX_DEADLINE_MICROS) { // §7.1
            throw new IllegalArgumentException("Deadline of " + deadlineMicros + " µs");
        }
    }

    /// Of an unknown caller to any target.
    public OpenMetadata(String service, int port, CallProtocol protocol, int hops, long deadlineMicros) {
        this(service, port, protocol, hops, deadlineMicros, Optional.empty(), OptionalLong.empty());
    }

    /// Of an unknown caller to any target, without a deadline.
    public OpenMetadata(String service, int port, CallProtocol protocol, int hops) {
        this(service, port, protocol, hops, 0);
    }

    /// Two labels, or four for a pod.
    static boolean isServiceName(String text) {
        int labels = 0;
        int start = 0;
        for (int end = text.indexOf('/'); end >= 0; end = text.indexOf('/', start)) {
            if (!DnsName.isLabel(text, start, end)) {
                return false;
            }
            labels++;
            start = end + 1;
        }
        return (labels == 1 || labels == 3) && DnsName.isLabel(text, start, text.length());
    }
}
