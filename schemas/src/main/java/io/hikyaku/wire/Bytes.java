package io.hikyaku.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/// Reads and writes byte strings with a length in front, each checked against its limit (PROTOCOL.md §1.3).
public final class Bytes {
    private Bytes() {}

    /// Refuses a read past the end, so that no decoder depends on the buffer's own exceptions.
    ///
    /// @throws Malformed if fewer than `count` bytes are left
    public static void require(ByteBuf in, int count, String what) {
        if (in.readableBytes() < count) { // §1.4
            throw new Malformed(Malformed.Reason.TRUNCATED, what);
        }
    }

    /// @throws Malformed if anything is left
    public static void requireEnd(ByteBuf in, String what) {
        if (in.isReadable()) { // §1.4
            throw new Malformed(Malformed.Reason.TRAILING_BYTES, in.readableBytes() + " bytes after " + what);
        }
    }

    public static void write(ByteBuf out, byte[] bytes) {
        Varint.write(out, bytes.length);
        out.writeBytes(bytes);
    }

    /// @param max largest length allowed, in bytes
    public static byte[] read(ByteBuf in, int max, String what) {
        int length = Varint.read(in, max, what); // §1.3
        require(in, length, what);
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        return bytes;
    }

    public static void writeText(ByteBuf out, String text) {
        write(out, text.getBytes(StandardCharsets.UTF_8));
    }

    /// Moves past a byte string that the reader does not understand.
    ///
    /// @param max largest length allowed, in bytes
    public static void skip(ByteBuf in, int max, String what) {
        int length = Varint.read(in, max, what); // §1.3
        require(in, length, what);
        in.skipBytes(length);
    }

    /// Reads a fixed number of bytes.
    public static byte[] readFixed(ByteBuf in, int length, String what) {
        require(in, length, what);
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        return bytes;
    }

    public static void writeAscii(ByteBuf out, String text) {
        write(out, text.getBytes(StandardCharsets.US_ASCII));
    }

    /// Reads ASCII text, of which the signed statements and documents are made.
    ///
    /// @param max largest length allowed, in bytes
    /// @throws Malformed if it is too long, truncated or not ASCII
    public static String readAscii(ByteBuf in, int max, String what) {
        byte[] bytes = read(in, max, what);
        for (byte b : bytes) {
            if (b < 0) { // §1.3
                throw new Malformed(Malformed.Reason.INVALID_VALUE, what + " is not ASCII");
            }
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /// Writes text for people, cut to `max` bytes.
    public static void writeDetail(ByteBuf out, String text, int max) {
        writeText(out, cut(text, max));
    }

    /// Reads text for people. It ends up in logs and responses, so control characters, which could forge lines
    /// there, become question marks.
    ///
    /// @param max largest length allowed, in bytes
    public static String readDetail(ByteBuf in, int max, String what) {
        String text = readText(in, max, what);
        StringBuilder clean = null;
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                clean = clean == null ? new StringBuilder(text) : clean;
                clean.setCharAt(i, '?');
            }
        }
        return clean == null ? text : clean.toString();
    }

    /// Reads UTF-8 text.
    ///
    /// @param max largest length allowed, in bytes
    /// @throws Malformed if it is too long, truncated or not UTF-8
    public static String readText(ByteBuf in, int max, String what) {
        int length = Varint.read(in, max, what); // §1.3
        require(in, length, what);
        if (!ByteBufUtil.isText(in, in.readerIndex(), length, StandardCharsets.UTF_8)) { // §1.3
            throw new Malformed(Malformed.Reason.INVALID_VALUE, what + " is not UTF-8");
        }
        return in.readString(length, StandardCharsets.UTF_8);
    }

    /// Text of a diagnostic, cut to `max` bytes of UTF-8 without splitting a character.
    public static String cut(String text, int max) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= max) {
            return text;
        }
        int end = max;
        while ((bytes[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }
}
