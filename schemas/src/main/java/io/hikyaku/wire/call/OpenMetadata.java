package io.hikyaku.wire.call;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.Varint;
import io.netty.buffer.ByteBuf;

/// What the opener of a stream says the call is (PROTOCOL.md §7.1). Fields are tagged: tags from [#FIRST_SKIPPABLE_TAG]
/// on may be skipped when unknown, lower unknown ones are fatal, because they change what the call means. Reserved for
/// later: 4 caller namespace, 7 trace context, 8 attempt.
///
/// @param service `namespace/name` of the exported service, each a DNS-1123 label, at most 127 bytes
/// @param port the exported port's number, 1 to 65535
/// @param protocol how the stream's bytes are to be read
/// @param hops how many bridges this call has passed, counting this one, 1 to 255
/// @param deadlineMicros time that the call has left when the stream is opened, at most [#MAX_DEADLINE_MICROS]; 0: no
/// limit
public record OpenMetadata(String service, int port, CallProtocol protocol, int hops, long deadlineMicros) {
    public static final int MAX_SERVICE_BYTES = 127;
    public static final int MAX_LABEL_BYTES = 63;
    public static final int FIRST_SKIPPABLE_TAG = 64;
    /// Longest deadline, in microseconds: nearly 25 days.
    public static final long MAX_DEADLINE_MICROS = Integer.MAX_VALUE * 1000L;

    private static final int SERVICE = 1;
    private static final int PORT = 2;
    private static final int PROTOCOL = 3;
    private static final int HOPS = 5;
    private static final int DEADLINE = 6;
    private static final int MAX_PORT = 65_535;
    private static final int MAX_HOPS = 255;
    private static final int MAX_SKIPPED_BYTES = 4096;

    public OpenMetadata {
        if (!isServiceName(service) || port < 1 || port > MAX_PORT || hops < 1 || hops > MAX_HOPS) {
            throw new IllegalArgumentException("Service " + service + ", port " + port + ", " + hops + " hops");
        }
        if (deadlineMicros < 0 || deadlineMicros > MAX_DEADLINE_MICROS) {
            throw new IllegalArgumentException("Deadline of " + deadlineMicros + " µs");
        }
    }

    /// Without a deadline.
    public OpenMetadata(String service, int port, CallProtocol protocol, int hops) {
        this(service, port, protocol, hops, 0);
    }

    public void write(ByteBuf out) {
        Varint.write(out, SERVICE);
        Bytes.writeText(out, service);
        writeNumber(out, PORT, port);
        writeNumber(out, PROTOCOL, protocol.number());
        writeNumber(out, HOPS, hops);
        if (deadlineMicros > 0) {
            writeDeadline(out, deadlineMicros);
        }
    }

    /// Writes a deadline behind metadata that has none.
    ///
    /// @param micros 1 to [#MAX_DEADLINE_MICROS]
    public static void writeDeadline(ByteBuf out, long micros) {
        writeNumber(out, DEADLINE, micros);
    }

    /// Reads the metadata that the readable bytes are.
    ///
    /// @throws Malformed if they are anything else, a field is missing, or comes twice
    public static OpenMetadata read(ByteBuf in) {
        String service = "";
        int port = 0;
        int protocol = 0;
        int hops = 0;
        long deadline = 0;
        while (in.isReadable()) {
            long tag = Varint.read(in);
            if (tag == SERVICE && service.isEmpty()) {
                service = readService(in);
            } else if (tag == PORT && port == 0) {
                port = (int) readNumber(in, MAX_PORT, "port");
            } else if (tag == PROTOCOL && protocol == 0) {
                protocol = (int) readNumber(in, 255, "protocol");
            } else if (tag == HOPS && hops == 0) {
                hops = (int) readNumber(in, MAX_HOPS, "hops");
            } else if (tag == DEADLINE && deadline == 0) {
                deadline = readNumber(in, MAX_DEADLINE_MICROS, "deadline");
            } else if (tag >= FIRST_SKIPPABLE_TAG) {
                Bytes.skip(in, MAX_SKIPPED_BYTES, "skippable metadata");
            } else {
                throw new Malformed(Reason.UNKNOWN_TYPE, "metadata tag " + tag + ", unknown or repeated");
            }
        }
        if (service.isEmpty() || port == 0 || hops == 0) {
            throw new Malformed(Reason.INVALID_VALUE, "metadata without service, port or hops");
        }
        return new OpenMetadata(service, port, protocolOf(protocol), hops, deadline);
    }

    private static CallProtocol protocolOf(int number) {
        return switch (number) {
            case 1 -> CallProtocol.HTTP;
            case 2 -> CallProtocol.TCP;
            default -> throw new Malformed(Reason.UNKNOWN_TYPE, "call protocol " + number);
        };
    }

    private static void writeNumber(ByteBuf out, int tag, long value) {
        Varint.write(out, tag);
        Varint.write(out, Varint.size(value));
        Varint.write(out, value);
    }

    private static long readNumber(ByteBuf in, long max, String what) {
        int length = Varint.read(in, 8, what);
        Bytes.require(in, length, what);
        ByteBuf value = in.readSlice(length);
        long number = Varint.read(value);
        if (number > max) {
            throw new Malformed(Reason.TOO_LARGE, what + " " + number);
        }
        Bytes.requireEnd(value, what);
        if (number == 0) {
            throw new Malformed(Reason.INVALID_VALUE, what + " 0");
        }
        return number;
    }

    private static String readService(ByteBuf in) {
        String service = Bytes.readAscii(in, MAX_SERVICE_BYTES, "service");
        if (!isServiceName(service)) {
            throw new Malformed(Reason.INVALID_VALUE, "service name");
        }
        return service;
    }

    private static boolean isServiceName(String text) {
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
