package io.hikyaku.wire.call;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.Varint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Optional;
import java.util.OptionalLong;

/// Bytes of [OpenMetadata] (PROTOCOL.md §7.1): fields, each with a tag. Those from [#FIRST_SKIPPABLE_TAG] on may be
/// skipped when unknown; lower unknown ones are fatal, because they change what the call means. Reserved for later:
/// 7 trace context, 8 attempt.
public final class OpenMetadataFields {
    private static final int SERVICE = 1;
    private static final int PORT = 2;
    private static final int PROTOCOL = 3;
    private static final int CALLER = 4;
    private static final int HOPS = 5;
    private static final int DEADLINE = 6;
    private static final int FIRST_SKIPPABLE_TAG = 64;
    private static final int AFFINITY = 64;
    /// Each of the three texts of a caller, with its length in front.
    private static final int MAX_CALLER_BYTES = 1 + Workload.MAX_NAMESPACE_BYTES + 2 * (2 + Workload.MAX_NAME_BYTES);

    private static final int MAX_SKIPPED_BYTES = 4096;

    private OpenMetadataFields() {}

    /// Writes the fields at the writer index; a caller, an affinity and a deadline only if there is one.
    public static void write(ByteBuf out, OpenMetadata metadata) {
        Varint.write(out, SERVICE);
        Bytes.writeText(out, metadata.service());
        writeNumber(out, PORT, metadata.port());
        writeNumber(out, PROTOCOL, metadata.protocol().number());
        writeNumber(out, HOPS, metadata.hops());
        metadata.caller().ifPresent(caller -> writeCaller(out, caller));
        metadata.affinity().ifPresent(affinity -> {
            Varint.write(out, AFFINITY);
            Varint.write(out, OpenMetadata.AFFINITY_BYTES);
            out.writeLong(affinity);
        });
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
        Optional<Workload> caller = Optional.empty();
        OptionalLong affinity = OptionalLong.empty();
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
            } else if (tag == CALLER && caller.isEmpty()) {
                caller = Optional.of(readCaller(in));
            } else if (tag == AFFINITY && affinity.isEmpty()) {
                affinity = OptionalLong.of(readAffinity(in));
            } else if (tag >= FIRST_SKIPPABLE_TAG && tag != AFFINITY) {
                Bytes.skip(in, MAX_SKIPPED_BYTES, "skippable metadata"); // §7.1
            } else { // §1.6, §7.1
                throw new Malformed(Reason.UNKNOWN_TYPE, "metadata tag " + tag + ", unknown or repeated");
            }
        }
        if (service.isEmpty() || port == 0 || hops == 0) { // §7.1
            throw new Malformed(Reason.INVALID_VALUE, "metadata without service, port or hops");
        }
        return new OpenMetadata(service, port, protocolOf(protocol), hops, deadline, caller, affinity);
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

    private static void writeCaller(ByteBuf out, Workload caller) {
        ByteBuf texts = Unpooled.buffer(MAX_CALLER_BYTES);
        Bytes.writeAscii(texts, caller.namespace());
        Bytes.writeAscii(texts, caller.serviceAccount());
        Bytes.writeAscii(texts, caller.pod());
        Varint.write(out, CALLER);
        Varint.write(out, texts.readableBytes());
        out.writeBytes(texts);
    }

    private static Workload readCaller(ByteBuf in) {
        int length = Varint.read(in, MAX_CALLER_BYTES, "caller"); // §7.1
        Bytes.require(in, length, "caller"); // §7.1
        ByteBuf texts = in.readSlice(length);
        String namespace = Bytes.readAscii(texts, Workload.MAX_NAMESPACE_BYTES, "caller's namespace"); // §7.1
        String serviceAccount = Bytes.readAscii(texts, Workload.MAX_NAME_BYTES, "caller's account"); // §7.1
        String pod = Bytes.readAscii(texts, Workload.MAX_NAME_BYTES, "caller's pod"); // §7.1
        Bytes.requireEnd(texts, "caller"); // §7.1
        boolean names = Workload.isNameOrEmpty(serviceAccount) && Workload.isNameOrEmpty(pod);
        if (!names || !DnsName.isLabel(namespace)) { // §7.1
            throw new Malformed(Reason.INVALID_VALUE, "caller");
        }
        return new Workload(namespace, serviceAccount, pod);
    }

    private static long readAffinity(ByteBuf in) {
        int length = Varint.read(in, OpenMetadata.AFFINITY_BYTES, "affinity"); // §7.1
        if (length < OpenMetadata.AFFINITY_BYTES) { // §7.1
            throw new Malformed(Reason.INVALID_VALUE, "affinity of " + length + " bytes");
        }
        Bytes.require(in, length, "affinity"); // §7.1
        return in.readLong();
    }

    private static String readService(ByteBuf in) {
        String service = Bytes.readAscii(in, OpenMetadata.MAX_SERVICE_BYTES, "service"); // §7.1
        if (!OpenMetadata.isServiceName(service)) { // §7.1
            throw new Malformed(Reason.INVALID_VALUE, "service name");
        }
        return service;
    }
}
