package io.hikyaku.wire.call;

import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The fields of an HTTP head or trailer section, in order, with duplicates, and with the bytes of names and values as
/// they came (each character of a sequence is one byte, ISO-8859-1). Not thread-safe.
public final class Fields {
    /// Most fields in a section.
    public static final int MAX_COUNT = 1024;
    /// Most bytes of all names and values of a section.
    public static final int MAX_BYTES = 256 * 1024;

    private static final int USUAL_COUNT = 16;

    /// Names and values in turn; the first `2 * size` are in use.
    private CharSequence[] namesAndValues;

    private int size;

    public Fields() {
        this(USUAL_COUNT);
    }

    /// Room for so many at first.
    Fields(int capacity) {
        namesAndValues = new CharSequence[2 * capacity];
    }

    /// @param name each character one byte
    /// @param value each character one byte
    public Fields add(CharSequence name, CharSequence value) {
        int at = 2 * size;
        if (at == namesAndValues.length) {
            namesAndValues = Arrays.copyOf(namesAndValues, Math.max(2 * at, 2));
        }
        namesAndValues[at] = name;
        namesAndValues[at + 1] = value;
        size++;
        return this;
    }

    public int size() {
        return size;
    }

    public CharSequence name(int index) {
        return namesAndValues[2 * index];
    }

    public CharSequence value(int index) {
        return namesAndValues[2 * index + 1];
    }

    /// The first value of this name, whose case does not matter; null if there is none.
    public @Nullable CharSequence get(CharSequence name) {
        for (int i = 0; i < size; i++) {
            if (AsciiString.contentEqualsIgnoreCase(namesAndValues[2 * i], name)) {
                return namesAndValues[2 * i + 1];
            }
        }
        return null;
    }

    /// Gives the first field of this name another value, in its place, or adds it at the end.
    public void set(CharSequence name, CharSequence value) {
        for (int i = 0; i < size; i++) {
            if (AsciiString.contentEqualsIgnoreCase(namesAndValues[2 * i], name)) {
                namesAndValues[2 * i + 1] = value;
                return;
            }
        }
        add(name, value);
    }

    /// These fields, with those of one name under another; the name's case does not matter.
    public Fields renamed(CharSequence name, CharSequence to) {
        Fields renamed = new Fields(size + 2);
        for (int i = 0; i < size; i++) {
            boolean matches = AsciiString.contentEqualsIgnoreCase(name(i), name);
            renamed.add(matches ? to : name(i), value(i));
        }
        return renamed;
    }

    /// These fields, but those of such names; itself if it has none of them.
    public Fields without(Predicate<CharSequence> names) {
        int first = 0;
        while (first < size && !names.test(name(first))) {
            first++;
        }
        if (first == size) {
            return this;
        }
        Fields kept = new Fields(size);
        for (int i = 0; i < size; i++) {
            if (i < first || i > first && !names.test(name(i))) {
                kept.add(name(i), value(i));
            }
        }
        return kept;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Fields that) || size != that.size) {
            return false;
        }
        for (int i = 0; i < 2 * size; i++) {
            if (!AsciiString.contentEquals(namesAndValues[i], that.namesAndValues[i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int hash = size;
        for (int i = 0; i < 2 * size; i++) {
            hash = 31 * hash + AsciiString.hashCode(namesAndValues[i]);
        }
        return hash;
    }

    /// Names only: values may be secrets.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Fields[");
        for (int i = 0; i < size; i++) {
            text.append(i == 0 ? "" : ", ").append(name(i));
        }
        return text.append(']').toString();
    }
}
