package io.hikyaku.wire.route;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.PartDigest;
import io.hikyaku.wire.route.RegistryFrame.Beat;
import io.hikyaku.wire.route.RegistryFrame.Digest;
import io.hikyaku.wire.route.RegistryFrame.Document;
import io.hikyaku.wire.route.RegistryFrame.Entry;
import io.hikyaku.wire.route.RegistryFrame.Parts;
import io.hikyaku.wire.route.RegistryFrame.SnapshotEnd;
import io.hikyaku.wire.route.RegistryFrame.Subscribe;
import io.hikyaku.wire.route.RegistryFrame.Summary;
import io.hikyaku.wire.route.RegistryFrame.Want;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/// Bytes of [RegistryFrame]s (PROTOCOL.md §4.5). A frame fills its packet's body, or its record, to the last byte.
public final class RegistryFrames {
    private static final int DOCUMENT = 1;
    private static final int SNAPSHOT_END = 2;
    private static final int WANT = 3;
    private static final int PARTS = 4;
    private static final int BEAT = 5;
    private static final int DIGEST = 6;
    private static final int SUMMARY = 7;
    private static final int SUBSCRIBE = 8;

    private RegistryFrames() {}

    /// Writes the frame at the writer index.
    public static void write(ByteBuf out, RegistryFrame frame) {
        switch (frame) {
            case Document document -> {
                Bytes.write(out.writeByte(DOCUMENT), document.head());
                document.parts().forEach(part -> Bytes.write(out, part));
            }
            case SnapshotEnd end -> out.writeByte(SNAPSHOT_END);
            case Want want -> {
                want.node().write(out.writeByte(WANT));
                want.parts().forEach(part -> part.write(out));
            }
            case Parts parts -> {
                parts.node().write(out.writeByte(PARTS));
                parts.parts().forEach(part -> Bytes.write(out, part));
            }
            case Beat beat -> {
                beat.node().write(out.writeByte(BEAT));
                out.writeLong(beat.sequence()).writeLong(beat.count()).writeBytes(beat.signature());
            }
            case Digest digest -> out.writeByte(DIGEST).writeLong(digest.high()).writeLong(digest.low());
            case Summary summary -> {
                out.writeByte(SUMMARY).writeByte(summary.last() ? 1 : 0);
                for (Entry entry : summary.entries()) {
                    entry.node().write(out);
                    out.writeLong(entry.sequence());
                }
            }
            case Subscribe subscribe -> {
                out.writeByte(SUBSCRIBE).writeByte(subscribe.all() ? 1 : 0);
                subscribe.hashes().forEach(out::writeInt);
            }
        }
    }

    /// Reads the one frame that the readable bytes are; lists go to their end.
    ///
    /// @throws Malformed if they are anything else
    public static RegistryFrame read(ByteBuf in) {
        Bytes.require(in, 1, "registry frame"); // §4.5
        int type = in.readUnsignedByte();
        return switch (type) {
            case DOCUMENT -> {
                byte[] head = Bytes.read(in, RegistryFrame.MAX_HEAD_BYTES, "document head"); // §4.5
                requireSome(head.length, "document head");
                yield new Document(head, readParts(in));
            }
            case SNAPSHOT_END -> {
                Bytes.requireEnd(in, "snapshot end"); // §4.5
                yield new SnapshotEnd();
            }
            case WANT -> readWant(in);
            case PARTS -> {
                Bytes.require(in, NodeId.BYTES + 2, "parts"); // §4.5
                yield new Parts(NodeId.read(in), readParts(in));
            }
            case BEAT -> readBeat(in);
            case DIGEST -> {
                Bytes.require(in, PartDigest.BYTES, "digest"); // §4.5
                Digest digest = new Digest(in.readLong(), in.readLong());
                Bytes.requireEnd(in, "digest"); // §4.5
                yield digest;
            }
            case SUMMARY -> readSummary(in);
            case SUBSCRIBE -> readSubscribe(in);
            default -> throw new Malformed(Reason.UNKNOWN_TYPE, "registry frame type " + type); // §1.6
        };
    }

    private static List<byte[]> readParts(ByteBuf in) {
        List<byte[]> parts = new ArrayList<>();
        while (in.isReadable()) {
            byte[] part = Bytes.read(in, RegistryFrame.MAX_PART_BYTES, "part of a document"); // §4.5
            requireSome(part.length, "part of a document");
            if (parts.size() == RegistryFrame.MAX_PARTS) { // §4.5
                throw new Malformed(Reason.TOO_LARGE, "more than " + RegistryFrame.MAX_PARTS + " parts of a document");
            }
            parts.add(part);
        }
        return parts;
    }

    private static Want readWant(ByteBuf in) {
        Bytes.require(in, NodeId.BYTES, "want"); // §4.5
        NodeId node = NodeId.read(in);
        int count = count(in, PartDigest.BYTES, RegistryFrame.MAX_PARTS, "want");
        requireSome(count, "want");
        List<PartDigest> parts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            parts.add(PartDigest.read(in));
        }
        return new Want(node, parts);
    }

    private static Beat readBeat(ByteBuf in) {
        Bytes.require(in, NodeId.BYTES + 2 * Long.BYTES + Beat.SIGNATURE_BYTES, "beat"); // §4.5
        NodeId node = NodeId.read(in);
        long sequence = counter(in, "sequence");
        long count = counter(in, "count");
        byte[] signature = Bytes.readFixed(in, Beat.SIGNATURE_BYTES, "signature"); // §4.5
        Bytes.requireEnd(in, "beat"); // §4.5
        return new Beat(node, sequence, count, signature);
    }

    private static Summary readSummary(ByteBuf in) {
        boolean last = flag(in, "summary");
        int count = count(in, NodeId.BYTES + Long.BYTES, RegistryFrame.MAX_SUMMARY, "summary");
        List<Entry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            entries.add(new Entry(NodeId.read(in), counter(in, "sequence")));
        }
        return new Summary(last, entries);
    }

    private static Subscribe readSubscribe(ByteBuf in) {
        boolean all = flag(in, "subscription");
        int count = count(in, Integer.BYTES, RegistryFrame.MAX_SUBSCRIBED, "subscription");
        List<Integer> hashes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            hashes.add(in.readInt());
        }
        if (all && count > 0) { // §4.5
            throw new Malformed(Reason.INVALID_VALUE, "subscription to all and to " + count + " services");
        }
        return new Subscribe(all, hashes);
    }

    private static boolean flag(ByteBuf in, String what) {
        Bytes.require(in, 1, what); // §4.5
        int value = in.readUnsignedByte();
        if (value > 1) { // §4.5
            throw new Malformed(Reason.INVALID_VALUE, what + " of kind " + value);
        }
        return value == 1;
    }

    /// How many entries of one size the rest holds.
    private static int count(ByteBuf in, int size, int max, String what) {
        int count = in.readableBytes() / size;
        if (count > max) { // §4.5
            throw new Malformed(Reason.TOO_LARGE, what + " of " + count + " entries");
        }
        if (in.readableBytes() % size != 0) { // §4.5
            throw new Malformed(Reason.TRUNCATED, what);
        }
        return count;
    }

    private static long counter(ByteBuf in, String what) {
        long value = in.readLong();
        if (value < 0) { // §1.1
            throw new Malformed(Reason.INVALID_VALUE, what + " " + value);
        }
        return value;
    }

    private static void requireSome(int length, String what) {
        if (length == 0) { // §4.5
            throw new Malformed(Reason.TRUNCATED, what);
        }
    }
}
