package io.hikyaku.wire.call;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.Varint;
import io.netty.buffer.ByteBuf;

/// Bytes of [OpenMetadata] (PROTOCOL.md §7.1): fields, each with a tag. Those from [#FIRST_SKIPPABLE_TAG] on may be
/// skipped when unknown; lower unknown ones are fatal, because they change what the call means. Reserved for later:
/// 4 caller namespace, 7 trace context, 8 attempt.
public final class OpenMetadataFields {
    private static final int SERVICE = 1;
    private static final int PORT = 2;
    private static final int PROTOCOL = 3;
    private static final int HOPS = 5;
    private static final int DEADLINE = 6;
    private static final int FIRST_SKIPPABLE_TAG = 64;
    private static final int MAX_SKIPPED_BYTES = 4096;

    private OpenMetadataFields() {}

    /// Writes the fields at the writer index; a deadline only if there is one.
    public static void write(ByteBuf out, OpenMetadata metadata) {
        Varint.write(out, SERVICE);
        Bytes.writeText(out, metadata.service());
        writeNumber(out, PORT, metadata.port());
        writeNumber(out, PROTOCOL, metadata.protocol().number());
        writeNumber(out, HOPS, metadata.hops());
        if (metadata.deadlineMicros() > 0) {
            writeDeadline(out, metadata.deadlineMicros());
        }
    }

    /// Writes a deadline behind metadata that has none.
    ///
    /// @param micros 1 to [OpenMetadata#MAX_DEADLINE_MICROS]
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
                port = (int) readNumber(in, OpenMetadata.MAX_PORT, "port"); // §7.1
            } else if (tag == PROTOCOL && protocol == 0) {
                protocol = (int) readNumber(in, 255, "protocol"); // §7.1
            } else if (tag == HOPS && hops == 0) {
                hops = (int) readNumber(in, OpenMetadata.MAX_HOPS, "hops"); // §7.1
            } else if (tag == DEADLINE && deadline == 0) {
                deadline = readNumber(in, OpenMetadata.MAX_DEADLINE_MICROS, "deadline"); // §7.1
            } else if (tag >= FIRST_SKIPPABLE_TAG) {
                Bytes.skip(in, MAX_SKIPPED_BYTES, "skippable metadata"); // §7.1
            } else { // §1.6, §7.1
                throw new Malformed(Reason.UNKNOWN_TYPE, "metadata tag " + tag + ", unknown or repeated");
            }
        }
        if (service.isEmpty() || port == 0 || hops == 0) { // §7.1
            throw new Malformed(Reason.INVALID_VALUE, "metadata without service, port or hops");
        }
        return new OpenMetadata(service, port, protocolOf(protocol), hops, deadline);
    }

    private static CallProtocol protocolOf(int number) {
        return switch (number) {
            case 1 -> CallProtocol.HTTP;
            case 2 -> CallProtocol.TCP;
            default -> throw new Malformed(Reason.UNKNOWN_TYPE, "call protocol " + number); // §7.1
        };
    }

    private static void writeNumber(ByteBuf out, int tag, long value) {
        Varint.write(out, tag);
        Varint.write(out, Varint.size(value));
        Varint.write(out, value);
    }

    private static long readNumber(ByteBuf in, long max, String what) {
        int length = Varint.read(in, 8, what); // §7.1
        Bytes.require(in, length, what); // §7.1
        ByteBuf value = in.readSlice(length);
        long number = Varint.read(value);
        if (number > max) { // §7.1
            throw new Malformed(Reason.TOO_LARGE, what + " " + number);
        }
        Bytes.requireEnd(value, what); // §7.1
        if (number == 0) { // §7.1
            throw new Malformed(Reason.INVALID_VALUE, what + " 0");
        }
        return number;
    }

    private static String readService(ByteBuf in) {
        String service = Bytes.readAscii(in, OpenMetadata.MAX_SERVICE_BYTES, "service"); // §7.1
        if (!OpenMetadata.isServiceName(service)) { // §7.1
            throw new Malformed(Reason.INVALID_VALUE, "service name");
        }
        return service;
    }
}
