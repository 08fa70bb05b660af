package io.hikyaku.wire.route;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// The body of a packet of kind REGISTRY (PROTOCOL.md §4.5).
public sealed interface RegistryFrame {
    /// A node's document, flooded by (node, sequence).
    ///
    /// @param node the node it is about
    /// @param sequence rises with each document of this node, 0 to 2^63 − 1; inside the signed document too, which
    ///     is what counts
    /// @param document a compact JWS in ASCII, opaque to whoever floods it, 1 to [#MAX_DOCUMENT_BYTES]
    record Document(NodeId node, long sequence, byte[] document) implements RegistryFrame {
        public Document {
            if (sequence < 0 || document.length == 0 || document.length > MAX_DOCUMENT_BYTES) {
                throw new IllegalArgumentException("Document " + sequence + " of " + document.length + " bytes");
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Document that
                    && node.equals(that.node)
                    && sequence == that.sequence
                    && Arrays.equals(document, that.document);
        }

        @Override
        public int hashCode() {
            return 31 * node.hashCode() + Long.hashCode(sequence);
        }

        @Override
        public String toString() {
            return "Document[" + node + ", sequence " + sequence + ", " + document.length + " bytes]";
        }
    }

    /// All documents that the sender knew when the link came up have been sent.
    record SnapshotEnd() implements RegistryFrame {}

    /// Bytes in front of the document.
    int DOCUMENT_OVERHEAD = 1 + NodeId.BYTES + Long.BYTES;
    /// Largest document, in bytes.
    int MAX_DOCUMENT_BYTES = Packet.MAX_REGISTRY_BODY - DOCUMENT_OVERHEAD;

    int DOCUMENT = 1;
    int SNAPSHOT_END = 2;

    static void write(ByteBuf out, RegistryFrame frame) {
        switch (frame) {
            case Document document -> {
                out.writeByte(DOCUMENT);
                document.node().write(out);
                out.writeLong(document.sequence()).writeBytes(document.document());
            }
            case SnapshotEnd end -> out.writeByte(SNAPSHOT_END);
        }
    }

    /// Reads the one frame that the readable bytes are; a document goes to their end.
    ///
    /// @throws Malformed if they are anything else
    static RegistryFrame read(ByteBuf in) {
        Bytes.require(in, 1, "registry frame");
        int type = in.readUnsignedByte();
        return switch (type) {
            case DOCUMENT -> readDocument(in);
            case SNAPSHOT_END -> {
                Bytes.requireEnd(in, "snapshot end");
                yield new SnapshotEnd();
            }
            default -> throw new Malformed(Reason.UNKNOWN_TYPE, "registry frame type " + type);
        };
    }

    private static Document readDocument(ByteBuf in) {
        Bytes.require(in, NodeId.BYTES + Long.BYTES + 1, "registry document");
        NodeId node = NodeId.read(in);
        long sequence = in.readLong();
        if (sequence < 0) {
            throw new Malformed(Reason.INVALID_VALUE, "document sequence " + sequence);
        }
        int length = in.readableBytes();
        if (length > MAX_DOCUMENT_BYTES) {
            throw new Malformed(Reason.TOO_LARGE, "registry document of " + length + " bytes");
        }
        return new Document(node, sequence, Bytes.readFixed(in, length, "registry document"));
    }
}
