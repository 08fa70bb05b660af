package io.hikyaku.wire.call;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.Varint;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/// Bytes of [Fields], with which every head and trailer frame ends (PROTOCOL.md §7.2).
final class FieldSections {
    private FieldSections() {}

    /// @throws IllegalArgumentException if the section is above its limits: the layer above checks those first
    static void write(ByteBuf out, Fields fields) {
        int size = fields.size();
        if (size > Fields.MAX_COUNT) { // §7.2
            throw new IllegalArgumentException(size + " fields, at most " + Fields.MAX_COUNT);
        }
        Varint.write(out, size);
        int bytes = 0;
        for (int i = 0; i < size; i++) {
            bytes += fields.name(i).length() + fields.value(i).length();
            if (bytes > Fields.MAX_BYTES) { // §7.2
                throw new IllegalArgumentException("Field section above " + Fields.MAX_BYTES + " bytes");
            }
            writeLatin1(out, fields.name(i));
            writeLatin1(out, fields.value(i));
        }
    }

    /// Writes one byte for each character, without a copy in between.
    static void writeLatin1(ByteBuf out, CharSequence text) {
        Varint.write(out, text.length());
        out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
    }

    /// Names and values share one array: one allocation for the bytes of a section.
    static Fields read(ByteBuf in) {
        int count = Varint.read(in, Fields.MAX_COUNT, "field count"); // §7.2
        // Each name and value has a byte at least, so that a short frame cannot make us hold room for many.
        Bytes.require(in, 2 * count, "fields"); // §7.2
        byte[] bytes = new byte[Math.min(in.readableBytes(), Fields.MAX_BYTES)];
        Fields.Builder fields = new Fields.Builder(count);
        int used = 0;
        for (int i = 0; i < count; i++) {
            AsciiString name = readText(in, bytes, used);
            used += name.length();
            AsciiString value = readText(in, bytes, used);
            used += value.length();
            if (!HttpText.isToken(name) || !HttpText.isFieldValue(value)) { // §7.2
                throw new Malformed(Reason.INVALID_VALUE, "field " + i);
            }
            fields.add(name, value);
        }
        return fields.build();
    }

    private static AsciiString readText(ByteBuf in, byte[] into, int used) {
        int length = Varint.read(in, Fields.MAX_BYTES - used, "field section"); // §7.2
        Bytes.require(in, length, "field"); // §7.2
        in.readBytes(into, used, length);
        return new AsciiString(into, used, length, false);
    }
}
