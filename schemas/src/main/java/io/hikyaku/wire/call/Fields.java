package io.hikyaku.wire.call;

import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The fields of an HTTP head or trailer section, in order, with duplicates, and with the bytes of names and values as
/// they came (each character of a sequence is one byte, ISO-8859-1). They never change: new ones are made with a
/// [Builder].
public final class Fields {
    /// Most fields in a section.
    public static final int MAX_COUNT = 1024;
    /// Most bytes of all names and values of a section.
    public static final int MAX_BYTES = 256 * 1024;

    /// No fields.
    public static final Fields NONE = of();

    /// Names and values in turn; the first `2 * size` are in use.
    private final CharSequence[] namesAndValues;

    private final int size;

    private Fields(CharSequence[] namesAndValues, int size) {
        this.namesAndValues = namesAndValues;
        this.size = size;
    }

    /// @param namesAndValues in turn, each character one byte
    public static Fields of(CharSequence... namesAndValues) {
        if (namesAndValues.length % 2 != 0) {
            throw new IllegalArgumentException("A name without its value"); // §7.2
        }
        return new Fields(namesAndValues.clone(), namesAndValues.length / 2);
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
            if (AsciiString.contentEqualsIgnoreCase(name(i), name)) {
                return value(i);
            }
        }
        return null;
    }

    /// These fields, with another value for the first of this name, or with one more at the end.
    public Fields with(CharSequence name, CharSequence value) {
        return toBuilder().set(name, value).build();
    }

    /// These fields without those of such names.
    public Fields without(Predicate<CharSequence> names) {
        return toBuilder().removeIf(names).build();
    }

    /// Begins with these fields; copies them once something changes.
    public Builder toBuilder() {
        return new Builder(namesAndValues, size, true);
    }

    /// Makes fields, one after the other. Not thread-safe.
    public static final class Builder {
        private static final int USUAL_COUNT = 16;

        private CharSequence[] namesAndValues;
        private int size;
        /// Whether fields that were made, or begun with, share the same array.
        private boolean shared;

        public Builder() {
            this(USUAL_COUNT);
        }

        /// Room for this many at first.
        Builder(int capacity) {
            this(new CharSequence[2 * capacity], 0, false);
        }

        private Builder(CharSequence[] namesAndValues, int size, boolean shared) {
            this.namesAndValues = namesAndValues;
            this.size = size;
            this.shared = shared;
        }

        /// @param name each character one byte
        /// @param value each character one byte
        public Builder add(CharSequence name, CharSequence value) {
            int at = 2 * size;
            if (shared) {
                own(Math.max(at + USUAL_COUNT, namesAndValues.length)); // what bridges add fits
            } else if (at == namesAndValues.length) {
                own(2 * at + USUAL_COUNT);
            }
            namesAndValues[at] = name;
            namesAndValues[at + 1] = value;
            size++;
            return this;
        }

        /// Gives the first field of this name another value, in its place, or adds it at the end.
        public Builder set(CharSequence name, CharSequence value) {
            for (int at = 0; at < 2 * size; at += 2) {
                if (AsciiString.contentEqualsIgnoreCase(namesAndValues[at], name)) {
                    own(namesAndValues.length);
                    namesAndValues[at + 1] = value;
                    return this;
                }
            }
            return add(name, value);
        }

        /// Removes the fields of such names.
        public Builder removeIf(Predicate<CharSequence> names) {
            int kept = 0;
            for (int at = 0; at < 2 * size; at += 2) {
                if (names.test(namesAndValues[at])) {
                    own(namesAndValues.length);
                } else {
                    if (kept < at) {
                        namesAndValues[kept] = namesAndValues[at];
                        namesAndValues[kept + 1] = namesAndValues[at + 1];
                    }
                    kept += 2;
                }
            }
            size = kept / 2;
            return this;
        }

        /// Gives all fields of one name, whose case does not matter, another name.
        public Builder rename(CharSequence name, CharSequence to) {
            for (int at = 0; at < 2 * size; at += 2) {
                if (AsciiString.contentEqualsIgnoreCase(namesAndValues[at], name)) {
                    own(namesAndValues.length);
                    namesAndValues[at] = to;
                }
            }
            return this;
        }

        /// The fields as they are now; what is added afterwards is not among them.
        public Fields build() {
            shared = true;
            return new Fields(namesAndValues, size);
        }

        private void own(int length) {
            if (shared || length > namesAndValues.length) {
                namesAndValues = Arrays.copyOf(namesAndValues, length);
                shared = false;
            }
        }
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
