package io.hikyaku.wire.call;

/// What the opener of a stream says the call is (PROTOCOL.md §7.1).
///
/// @param service `namespace/name` of the exported service, each a DNS-1123 label, at most 127 bytes
/// @param port the exported port's number, 1 to 65535
/// @param protocol how the stream's bytes are to be read
/// @param hops how many bridges this call has passed, counting this one, 1 to 255
/// @param deadlineMicros time that the call has left when the stream is opened, at most [#MAX_DEADLINE_MICROS]; 0: no
///     limit
public record OpenMetadata(String service, int port, CallProtocol protocol, int hops, long deadlineMicros) {
    public static final int MAX_SERVICE_BYTES = 127;
    public static final int MAX_LABEL_BYTES = 63;
    /// Longest deadline, in microseconds: nearly 25 days.
    public static final long MAX_DEADLINE_MICROS = Integer.MAX_VALUE * 1000L;

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

    /// Without a deadline.
    public OpenMetadata(String service, int port, CallProtocol protocol, int hops) {
        this(service, port, protocol, hops, 0);
    }

    static boolean isServiceName(String text) {
        int slash = text.indexOf('/');
        return slash >= 0 && isLabel(text, 0, slash) && isLabel(text, slash + 1, text.length());
    }

    /// Names of services reach logs, topics and the administrator's eyes: nothing but lower-case DNS-1123 labels.
    private static boolean isLabel(String text, int start, int end) {
        if (start == end || end - start > MAX_LABEL_BYTES || text.charAt(start) == '-' || text.charAt(end - 1) == '-') {
            return false;
        }
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')) {
                return false;
            }
        }
        return true;
    }
}
