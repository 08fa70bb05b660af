package io.hikyaku.wire.registry;

import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.PartDigest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// How a node's document is cut into parts (PROTOCOL.md §8.2): what the node is, and its exports in buckets, each part
/// deflated separately. One export that changes changes one bucket, and a reader that wants a few services asks only
/// for their buckets.
public final class DocumentParts {
    /// Most parts with exports.
    public static final int MAX_BUCKETS = 256;
    /// Longest part as it travels, in bytes.
    public static final int MAX_PART_BYTES = 48 * 1024;
    /// Longest text of a part, in bytes.
    public static final int MAX_PART_TEXT = 256 * 1024;
    /// All parts of a document together as they travel, in bytes.
    public static final int MAX_BYTES = 4 * 1024 * 1024;
    /// The texts of all parts together, in bytes.
    public static final int MAX_TEXT = 16 * 1024 * 1024;

    /// With this many exports in each, a head and one part of ten thousand exports are together at their smallest.
    private static final int BUCKET_EXPORTS = 100;

    private DocumentParts() {}

    /// How many buckets a number of exports is best cut into: a power of two.
    ///
    /// @param before how many there are now, 0 for none: kept as long as they are not far too many, since every
    ///     part travels anew when the number changes
    public static int buckets(int exports, int before) {
        int buckets = 1;
        while (buckets < MAX_BUCKETS && exports > buckets * BUCKET_EXPORTS) {
            buckets *= 2;
        }
        return before > buckets && exports > before * BUCKET_EXPORTS / 4 ? before : buckets;
    }

    /// What tells a service's bucket: the first four bytes of the SHA-256 of its name.
    public static int hash(String service) {
        byte[] digest = PartDigest.sha256().digest(service.getBytes(StandardCharsets.US_ASCII));
        return ByteBuffer.wrap(digest).getInt();
    }

    /// The bucket of a service, from 0.
    ///
    /// @param hash see [#hash]
    public static int bucket(int hash, int buckets) {
        return Integer.remainderUnsigned(hash, buckets);
    }

    public static byte[] deflate(byte[] text) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        try {
            deflater.setInput(text);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream(text.length / 4 + 64);
            byte[] chunk = new byte[8192];
            while (!deflater.finished()) {
                out.write(chunk, 0, deflater.deflate(chunk));
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    /// @throws Malformed if it is no deflated text, or one of more than [#MAX_PART_TEXT]
    public static byte[] inflate(byte[] part) {
        if (part.length > MAX_PART_BYTES) { // §8.2
            throw new Malformed(Reason.TOO_LARGE, "part of " + part.length + " bytes");
        }
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(part);
            ByteArrayOutputStream out = new ByteArrayOutputStream(Math.min(part.length * 4, MAX_PART_TEXT));
            byte[] chunk = new byte[8192];
            while (!inflater.finished()) {
                int count = inflater.inflate(chunk);
                out.write(chunk, 0, count);
                if (out.size() > MAX_PART_TEXT) { // §8.2
                    throw new Malformed(Reason.TOO_LARGE, "part that inflates to more than " + MAX_PART_TEXT);
                }
                if (count == 0 && !inflater.finished()) { // §8.2
                    throw new Malformed(Reason.TRUNCATED, "deflated part");
                }
            }
            if (inflater.getRemaining() > 0) { // §8.2
                throw new Malformed(Reason.TRAILING_BYTES, "deflated part");
            }
            return out.toByteArray();
        } catch (DataFormatException e) { // §8.2
            throw new Malformed(Reason.INVALID_VALUE, "part that is not deflated");
        } finally {
            inflater.end();
        }
    }
}
