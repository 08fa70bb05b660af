package io.hikyaku.wire.route;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.PartDigest;
import io.hikyaku.wire.Varint;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The body of a packet of kind REGISTRY (PROTOCOL.md §4.5), and the value of a record in a registry topic (§9.2).
public sealed interface RegistryFrame {
    /// A node's document: its head, and those of its parts that the receiver is likely to lack.
    ///
    /// @param head opaque to routing, 1 to [#MAX_HEAD_BYTES]
    /// @param parts each 1 to [#MAX_PART_BYTES]
    record Document(byte[] head, List<byte[]> parts) implements RegistryFrame {
        public Document {
            requireLength(head, MAX_HEAD_BYTES, "document head");
            parts = copy(parts);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Document that && Arrays.equals(head, that.head) && same(parts, that.parts);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(head) + parts.size();
        }

        @Override
        public String toString() {
            return "Document[" + head.length + " bytes of head, " + parts.size() + " parts]";
        }
    }

    /// All documents that the sender knew and the receiver's summary lacked have been sent.
    record SnapshotEnd() implements RegistryFrame {}

    /// The sender knows the document's head and lacks these parts.
    ///
    /// @param parts 1 to [#MAX_WANTED]
    record Want(NodeId node, List<PartDigest> parts) implements RegistryFrame {
        public Want {
            parts = List.copyOf(parts);
            if (parts.isEmpty() || parts.size() > MAX_WANTED) {
                throw new IllegalArgumentException("Want of " + parts.size() + " parts");
            }
        }
    }

    /// Parts of a document, whose digests say which.
    ///
    /// @param parts one at least, each 1 to [#MAX_PART_BYTES]
    record Parts(NodeId node, List<byte[]> parts) implements RegistryFrame {
        public Parts {
            parts = copy(parts);
            if (parts.isEmpty()) {
                throw new IllegalArgumentException("No parts");
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Parts that && node.equals(that.node) && same(parts, that.parts);
        }

        @Override
        public int hashCode() {
            return 31 * node.hashCode() + parts.size();
        }

        @Override
        public String toString() {
            return "Parts[" + node + ", " + parts.size() + "]";
        }
    }

    /// The node lives: signed by itself.
    ///
    /// @param sequence of its document at that time
    /// @param count rises with each beat of the node
    /// @param signature by the node's instance key, 64 bytes
    record Beat(NodeId node, long sequence, long count, byte[] signature) implements RegistryFrame {
        public static final int SIGNATURE_BYTES = 64;

        public Beat {
            if (sequence < 0 || count < 0 || signature.length != SIGNATURE_BYTES) {
                throw new IllegalArgumentException("Beat " + count + " at " + sequence);
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Beat that
                    && node.equals(that.node)
                    && sequence == that.sequence
                    && count == that.count
                    && Arrays.equals(signature, that.signature);
        }

        @Override
        public int hashCode() {
            return 31 * node.hashCode() + Long.hashCode(count);
        }

        @Override
        public String toString() {
            return "Beat[" + node + ", " + count + ", at sequence " + sequence + "]";
        }
    }

    /// What the sender knows, but for the receiver's own document, in 16 bytes.
    record Digest(long high, long low) implements RegistryFrame {}

    /// Which documents the sender has, so that the receiver tells it what is newer.
    ///
    /// @param last false: more of the same summary follows
    /// @param entries at most [#MAX_SUMMARY]
    record Summary(boolean last, List<Entry> entries) implements RegistryFrame {
        public Summary {
            entries = List.copyOf(entries);
            if (entries.size() > MAX_SUMMARY) {
                throw new IllegalArgumentException("Summary of " + entries.size() + " documents");
            }
        }
    }

    /// A document that the sender has.
    record Entry(NodeId node, long sequence) {
        public Entry {
            if (sequence < 0) {
                throw new IllegalArgumentException("Sequence " + sequence);
            }
        }
    }

    /// The sender wants of exports those parts alone that hold these services. Replaces the one before.
    ///
    /// @param hashes of the services' names, at most [#MAX_SUBSCRIBED]
    record Subscribe(List<Integer> hashes) implements RegistryFrame {
        public Subscribe {
            hashes = List.copyOf(hashes);
            if (hashes.size() > MAX_SUBSCRIBED) {
                throw new IllegalArgumentException("Subscription to " + hashes.size() + " services");
            }
        }
    }

    /// Longest head, in bytes.
    int MAX_HEAD_BYTES = 4_300;
    /// Longest part, in bytes.
    int MAX_PART_BYTES = 48 * 1024;
    /// Most parts in one WANT.
    int MAX_WANTED = 257;
    /// Most documents in one SUMMARY.
    int MAX_SUMMARY = 2_700;
    /// Most services in one SUBSCRIBE.
    int MAX_SUBSCRIBED = 16_000;

    int DOCUMENT = 1;
    int SNAPSHOT_END = 2;
    int WANT = 3;
    int PARTS = 4;
    int BEAT = 5;
    int DIGEST = 6;
    int SUMMARY = 7;
    int SUBSCRIBE = 8;

    static void write(ByteBuf out, RegistryFrame frame) {
        switch (frame) {
            case Document document -> {
                Bytes.write(out.writeByte(DOCUMENT), document.head);
                document.parts.forEach(part -> Bytes.write(out, part));
            }
            case SnapshotEnd end -> out.writeByte(SNAPSHOT_END);
            case Want want -> {
                want.node.write(out.writeByte(WANT));
                want.parts.forEach(part -> part.write(out));
            }
            case Parts parts -> {
                parts.node.write(out.writeByte(PARTS));
                parts.parts.forEach(part -> Bytes.write(out, part));
            }
            case Beat beat -> {
                beat.node.write(out.writeByte(BEAT));
                out.writeLong(beat.sequence).writeLong(beat.count).writeBytes(beat.signature);
            }
            case Digest digest -> out.writeByte(DIGEST).writeLong(digest.high).writeLong(digest.low);
            case Summary summary -> {
                out.writeByte(SUMMARY).writeByte(summary.last ? 1 : 0);
                for (Entry entry : summary.entries) {
                    entry.node.write(out);
                    out.writeLong(entry.sequence);
                }
            }
            case Subscribe subscribe -> {
                out.writeByte(SUBSCRIBE);
                subscribe.hashes.forEach(out::writeInt);
            }
        }
    }

    /// Reads the one frame that the readable bytes are; lists go to their end.
    ///
    /// @throws Malformed if they are anything else
    static RegistryFrame read(ByteBuf in) {
        Bytes.require(in, 1, "registry frame");
        int type = in.readUnsignedByte();
        return switch (type) {
            case DOCUMENT -> {
                byte[] head = Bytes.read(in, MAX_HEAD_BYTES, "document head");
                requireSome(head.length, "document head");
                yield new Document(head, readParts(in));
            }
            case SNAPSHOT_END -> {
                Bytes.requireEnd(in, "snapshot end");
                yield new SnapshotEnd();
            }
            case WANT -> readWant(in);
            case PARTS -> {
                Bytes.require(in, NodeId.BYTES + 2, "parts");
                yield new Parts(NodeId.read(in), readParts(in));
            }
            case BEAT -> readBeat(in);
            case DIGEST -> {
                Bytes.require(in, PartDigest.BYTES, "digest");
                Digest digest = new Digest(in.readLong(), in.readLong());
                Bytes.requireEnd(in, "digest");
                yield digest;
            }
            case SUMMARY -> readSummary(in);
            case SUBSCRIBE -> readSubscribe(in);
            default -> throw new Malformed(Reason.UNKNOWN_TYPE, "registry frame type " + type);
        };
    }

    private static List<byte[]> readParts(ByteBuf in) {
        List<byte[]> parts = new ArrayList<>();
        while (in.isReadable()) {
            byte[] part = Bytes.read(in, MAX_PART_BYTES, "part of a document");
            requireSome(part.length, "part of a document");
            parts.add(part);
        }
        return parts;
    }

    private static Want readWant(ByteBuf in) {
        Bytes.require(in, NodeId.BYTES, "want");
        NodeId node = NodeId.read(in);
        int count = count(in, PartDigest.BYTES, MAX_WANTED, "want");
        requireSome(count, "want");
        List<PartDigest> parts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            parts.add(PartDigest.read(in));
        }
        return new Want(node, parts);
    }

    private static Beat readBeat(ByteBuf in) {
        Bytes.require(in, NodeId.BYTES + 2 * Long.BYTES + Beat.SIGNATURE_BYTES, "beat");
        NodeId node = NodeId.read(in);
        long sequence = counter(in, "sequence");
        long count = counter(in, "count");
        byte[] signature = Bytes.readFixed(in, Beat.SIGNATURE_BYTES, "signature");
        Bytes.requireEnd(in, "beat");
        return new Beat(node, sequence, count, signature);
    }

    private static Summary readSummary(ByteBuf in) {
        Bytes.require(in, 1, "summary");
        int last = in.readUnsignedByte();
        if (last > 1) {
            throw new Malformed(Reason.INVALID_VALUE, "summary of kind " + last);
        }
        int count = count(in, NodeId.BYTES + Long.BYTES, MAX_SUMMARY, "summary");
        List<Entry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            entries.add(new Entry(NodeId.read(in), counter(in, "sequence")));
        }
        return new Summary(last == 1, entries);
    }

    private static Subscribe readSubscribe(ByteBuf in) {
        int count = count(in, Integer.BYTES, MAX_SUBSCRIBED, "subscription");
        List<Integer> hashes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            hashes.add(in.readInt());
        }
        return new Subscribe(hashes);
    }

    /// How many entries of one size the rest holds.
    private static int count(ByteBuf in, int size, int max, String what) {
        int count = in.readableBytes() / size;
        if (count > max) {
            throw new Malformed(Reason.TOO_LARGE, what + " of " + count + " entries");
        }
        if (in.readableBytes() % size != 0) {
            throw new Malformed(Reason.TRUNCATED, what);
        }
        return count;
    }

    private static long counter(ByteBuf in, String what) {
        long value = in.readLong();
        if (value < 0) {
            throw new Malformed(Reason.INVALID_VALUE, what + " " + value);
        }
        return value;
    }

    private static void requireSome(int length, String what) {
        if (length == 0) {
            throw new Malformed(Reason.TRUNCATED, what);
        }
    }

    private static void requireLength(byte[] bytes, int max, String what) {
        if (bytes.length == 0 || bytes.length > max) {
            throw new IllegalArgumentException(what + " of " + bytes.length + " bytes");
        }
    }

    private static List<byte[]> copy(List<byte[]> parts) {
        parts.forEach(part -> requireLength(part, MAX_PART_BYTES, "part"));
        return List.copyOf(parts);
    }

    private static boolean same(List<byte[]> some, List<byte[]> others) {
        return Arrays.deepEquals(some.toArray(), others.toArray());
    }
}
