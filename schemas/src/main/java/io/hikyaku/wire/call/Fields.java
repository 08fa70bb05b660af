package io.hikyaku.wire.call;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Varint;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;

/// The fields of an HTTP head or trailer section, in order, with duplicates, and with the bytes of names and values as
/// they came (each character of a sequence is one byte, ISO-8859-1). Not thread-safe.
public final class Fields {
    /// Most fields in a section.
    public static final int MAX_COUNT = 1024;
    /// Most bytes of all names and values of a section.
    public static final int MAX_BYTES = 256 * 1024;

    private final List<CharSequence> namesAndValues;

    public Fields() {
        this(16);
    }

    private Fields(int count) {
        namesAndValues = new ArrayList<>(2 * count);
    }

    /// @param name each character one byte
    /// @param value each character one byte
    public Fields add(CharSequence name, CharSequence value) {
        namesAndValues.add(name);
        namesAndValues.add(value);
        return this;
    }

    public int size() {
        return namesAndValues.size() / 2;
    }

    public CharSequence name(int index) {
        return namesAndValues.get(2 * index);
    }

    public CharSequence value(int index) {
        return namesAndValues.get(2 * index + 1);
    }

    void write(ByteBuf out) {
        Varint.write(out, size());
        for (CharSequence text : namesAndValues) {
            HttpFrames.writeLatin1(out, text);
        }
    }

    /// Names and values share one array: one allocation for the bytes of a section.
    static Fields read(ByteBuf in) {
        int count = Varint.read(in, MAX_COUNT, "field count");
        byte[] bytes = new byte[Math.min(in.readableBytes(), MAX_BYTES)];
        Fields fields = new Fields(count);
        int used = 0;
        for (int i = 0; i < 2 * count; i++) {
            int length = Varint.read(in, MAX_BYTES - used, "field section");
            Bytes.require(in, length, "field");
            in.readBytes(bytes, used, length);
            fields.namesAndValues.add(new AsciiString(bytes, used, length, false));
            used += length;
        }
        return fields;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Fields that && asStrings().equals(that.asStrings());
    }

    @Override
    public int hashCode() {
        return asStrings().hashCode();
    }

    @Override
    public String toString() {
        return asStrings().toString();
    }

    private List<String> asStrings() {
        return namesAndValues.stream().map(CharSequence::toString).toList();
    }
}
