package io.hikyaku.wire.call;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.call.HttpFrame.Body;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.hikyaku.wire.call.HttpFrame.Trailers;
import io.hikyaku.wire.call.HttpFrame.Version;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;

/// Bytes of [HttpFrame]s (PROTOCOL.md §7.2): type (one byte), length (four bytes), content. The length has a fixed
/// width so that a head is encoded in place, in one pass.
public final class HttpFrames {
    /// Type and length.
    public static final int OVERHEAD_BYTES = 5;
    /// Frame types from here on may be skipped when unknown.
    private static final int FIRST_SKIPPABLE_TYPE = 0x40;

    private static final int REQUEST_HEAD = 1;
    private static final int RESPONSE_HEAD = 2;
    private static final int BODY = 3;
    private static final int TRAILERS = 4;

    private HttpFrames() {}

    /// Writes a whole frame; the bytes of a body are read from (its reader index moves), not released.
    ///
    /// @throws IllegalArgumentException if a part is above its limit: the layer above checks those first
    public static void write(ByteBuf out, HttpFrame frame) {
        int start = out.writerIndex();
        out.writeByte(0).writeInt(0);
        int type = switch (frame) {
            case RequestHead head -> {
                writeRequestHead(out, head);
                yield REQUEST_HEAD;
            }
            case ResponseHead head -> {
                writeResponseHead(out, head);
                yield RESPONSE_HEAD;
            }
            case Body body -> {
                requireLimit(body.bytes().readableBytes(), HttpFrame.MAX_BODY_BYTES);
                out.writeBytes(body.bytes());
                yield BODY;
            }
            case Trailers trailers -> {
                FieldSections.write(out, trailers.fields());
                yield TRAILERS;
            }
        };
        out.setByte(start, type);
        out.setInt(start + 1, out.writerIndex() - start - OVERHEAD_BYTES);
    }

    /// Writes the five bytes in front of a body piece of `length` bytes, which the caller puts behind them.
    public static void writeBodyPrefix(ByteBuf out, int length) {
        out.writeByte(BODY).writeInt(length);
    }

    /// Length of the content of the frame that starts at the reader index, checked against its type's limit, or −1
    /// if fewer than [#OVERHEAD_BYTES] are readable. A type that is unknown and may be skipped counts with the
    /// body's limit.
    ///
    /// @throws Malformed if the type must be known and is not, or the length is above the limit
    public static int contentLength(ByteBuf in) {
        if (in.readableBytes() < OVERHEAD_BYTES) {
            return -1;
        }
        int type = in.getUnsignedByte(in.readerIndex());
        if (type < REQUEST_HEAD || type > TRAILERS && type < FIRST_SKIPPABLE_TYPE) { // §1.6
            throw new Malformed(Reason.UNKNOWN_TYPE, "HTTP frame type " + type);
        }
        long length = in.getUnsignedInt(in.readerIndex() + 1);
        long max = type == BODY || type >= FIRST_SKIPPABLE_TYPE ? HttpFrame.MAX_BODY_BYTES : HttpFrame.MAX_HEAD_BYTES;
        if (length > max) { // §7.2
            throw new Malformed(Reason.TOO_LARGE, "HTTP frame of " + length + " bytes");
        }
        return (int) length;
    }

    /// Whether the frame that starts at the reader index is a body piece, of which parts may be passed on at once.
    public static boolean isBody(ByteBuf in) {
        return in.getByte(in.readerIndex()) == BODY;
    }

    /// Whether the frame that starts at the reader index is unknown and to be skipped.
    public static boolean isSkippable(ByteBuf in) {
        return in.getUnsignedByte(in.readerIndex()) >= FIRST_SKIPPABLE_TYPE;
    }

    /// Reads one whole frame of a known type. Body bytes are a slice, not retained.
    ///
    /// @throws Malformed if it is truncated or its content breaks §7.2
    public static HttpFrame read(ByteBuf in) {
        int length = contentLength(in);
        if (length < 0 || in.readableBytes() - OVERHEAD_BYTES < length) { // §7.2
            throw new Malformed(Reason.TRUNCATED, "HTTP frame");
        }
        int type = in.readUnsignedByte();
        in.skipBytes(Integer.BYTES);
        ByteBuf content = in.readSlice(length);
        HttpFrame frame = switch (type) {
            case REQUEST_HEAD -> readRequestHead(content);
            case RESPONSE_HEAD -> readResponseHead(content);
            case BODY -> new Body(content.readSlice(length));
            case TRAILERS -> new Trailers(FieldSections.read(content));
            default -> throw new Malformed(Reason.UNKNOWN_TYPE, "HTTP frame type " + type); // §1.6
        };
        Bytes.requireEnd(content, "HTTP frame"); // §7.2
        return frame;
    }

    private static void writeRequestHead(ByteBuf out, RequestHead head) {
        out.writeByte(head.version().number());
        writeText(out, head.method(), HttpFrame.MAX_METHOD_BYTES);
        writeText(out, head.scheme(), HttpFrame.MAX_SCHEME_BYTES);
        writeText(out, head.authority(), HttpFrame.MAX_AUTHORITY_BYTES);
        writeText(out, head.path(), HttpFrame.MAX_PATH_BYTES);
        FieldSections.write(out, head.fields());
    }

    private static RequestHead readRequestHead(ByteBuf in) {
        return new RequestHead(
                readVersion(in),
                readMethod(in),
                readTarget(in, HttpFrame.MAX_SCHEME_BYTES, "scheme"),
                readTarget(in, HttpFrame.MAX_AUTHORITY_BYTES, "authority"),
                readTarget(in, HttpFrame.MAX_PATH_BYTES, "path"),
                FieldSections.read(in));
    }

    private static String readMethod(ByteBuf in) {
        AsciiString method = readLatin1(in, HttpFrame.MAX_METHOD_BYTES, "method");
        if (!HttpText.isToken(method)) { // §7.2
            throw new Malformed(Reason.INVALID_VALUE, "method");
        }
        return method.toString();
    }

    private static String readTarget(ByteBuf in, int max, String what) {
        AsciiString target = readLatin1(in, max, what);
        if (!HttpText.isTarget(target)) { // §7.2
            throw new Malformed(Reason.INVALID_VALUE, what);
        }
        return target.toString();
    }

    private static void writeResponseHead(ByteBuf out, ResponseHead head) {
        out.writeByte(head.version().number()).writeShort(head.status());
        writeText(out, head.reason(), HttpFrame.MAX_REASON_BYTES);
        FieldSections.write(out, head.fields());
    }

    private static ResponseHead readResponseHead(ByteBuf in) {
        Version version = readVersion(in);
        Bytes.require(in, 2, "status"); // §7.2
        int status = in.readUnsignedShort();
        if (status < 100 || status > 999) { // §7.2
            throw new Malformed(Reason.INVALID_VALUE, "status " + status);
        }
        AsciiString reason = readLatin1(in, HttpFrame.MAX_REASON_BYTES, "reason");
        if (!HttpText.isFieldValue(reason)) { // §7.2
            throw new Malformed(Reason.INVALID_VALUE, "reason");
        }
        return new ResponseHead(version, status, reason.toString(), FieldSections.read(in));
    }

    private static Version readVersion(ByteBuf in) {
        Bytes.require(in, 1, "HTTP version"); // §7.2
        int number = in.readUnsignedByte();
        return switch (number) {
            case 10 -> Version.HTTP_1_0;
            case 11 -> Version.HTTP_1_1;
            case 20 -> Version.HTTP_2;
            default -> throw new Malformed(Reason.INVALID_VALUE, "HTTP version " + number); // §7.2
        };
    }

    private static void writeText(ByteBuf out, String text, int max) {
        requireLimit(text.length(), max);
        FieldSections.writeLatin1(out, text);
    }

    private static void requireLimit(int length, int max) {
        if (length > max) { // §7.2
            throw new IllegalArgumentException(length + " bytes, at most " + max);
        }
    }

    private static AsciiString readLatin1(ByteBuf in, int max, String what) {
        return new AsciiString(Bytes.read(in, max, what), false); // §7.2
    }
}
