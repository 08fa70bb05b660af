package io.hikyaku.call.http1;

import io.hikyaku.call.Violation;
import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.call.http.field.Grammar;

/// The line in front of a chunk: `1*HEXDIG *( ";" extension ) CRLF`, with no blanks around the size (RFC 9112 §7.1).
/// Extensions are read only to check their syntax: two readers that see the end of one at different places see
/// different chunks.
///
/// @param size of the chunk, in bytes
/// @param extensionBytes of the line after the size
record ChunkLine(long size, int extensionBytes) {
    private static final int MAX_SIZE_DIGITS = 16;
    private static final int MAX_EXTENSION_BYTES = 256;

    /// Most bytes of a line, its end included.
    static final int MAX_BYTES = MAX_SIZE_DIGITS + MAX_EXTENSION_BYTES + 2;

    /// @param line up to its LF, which is the first in it
    /// @throws BadMessage if it is not one
    static ChunkLine read(byte[] line) {
        int end = line.length - 2;
        int at = 0;
        long size = 0;
        while (at < end && Character.digit(line[at], 16) >= 0) {
            size = size << 4 | Character.digit(line[at], 16);
            at++;
        }
        boolean ended = end >= 0 && line[end] == '\r' && (at == end || line[at] == ';');
        if (!ended || at == 0 || at > MAX_SIZE_DIGITS || size < 0) {
            throw new BadMessage(Violation.CHUNK, "chunk size");
        }
        requireExtensions(line, at, end);
        return new ChunkLine(size, end - at);
    }

    private static void requireExtensions(byte[] line, int from, int end) {
        int at = end - from > MAX_EXTENSION_BYTES ? -1 : from;
        while (at >= 0 && at < end) {
            at = line[at] == ';' ? skipExtension(line, blanks(line, at + 1, end), end) : -1;
        }
        if (at < 0) {
            throw new BadMessage(Violation.CHUNK_EXTENSION, "chunk extension");
        }
    }

    /// @return where it ends; −1: it is not one
    private static int skipExtension(byte[] line, int from, int end) {
        int name = Grammar.endOfToken(line, from, end);
        if (name == from) {
            return -1;
        }
        int at = blanks(line, name, end);
        if (at == end || line[at] != '=') {
            return at;
        }
        int value = blanks(line, at + 1, end);
        int after = value < end && line[value] == '"'
                ? endOfQuoted(line, value + 1, end)
                : Grammar.endOfToken(line, value, end);
        return after <= value ? -1 : blanks(line, after, end);
    }

    /// @return the index after the closing quote; −1: there is none, or a character that is not allowed there
    private static int endOfQuoted(byte[] line, int from, int end) {
        for (int at = from; at < end && Grammar.isValue(line, at, at + 1); at++) {
            if (line[at] == '"') {
                return at + 1;
            }
            if (line[at] == '\\') {
                at++;
                if (at == end || !Grammar.isValue(line, at, at + 1)) {
                    return -1;
                }
            }
        }
        return -1;
    }

    private static int blanks(byte[] line, int from, int end) {
        int at = from;
        while (at < end && (line[at] == ' ' || line[at] == '\t')) {
            at++;
        }
        return at;
    }
}
