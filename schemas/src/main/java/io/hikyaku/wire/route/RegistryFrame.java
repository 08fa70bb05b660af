package io.hikyaku.wire.route;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.NodeId;
import io.netty.buffer.ByteBuf;

/// The body of a packet of kind REGISTRY (PROTOCOL.md §4.5).
public sealed interface RegistryFrame {
    /// A node's document, flooded by (node, sequence).
    ///
    /// @param node the node it is about
    /// @param sequence rises with each document of this node; inside the signed document too, which is what counts
    /// @param document a compact JWS in ASCII, opaque to whoever floods it
    record Document(NodeId node, long sequence, byte[] document) implements RegistryFrame {}

    /// All documents that the sender knew when the link came up have been sent.
    record SnapshotEnd() implements RegistryFrame {}

    /// Bytes in front of the document.
    int DOCUMENT_OVERHEAD = 1 + NodeId.BYTES + Long.BYTES;

    static void write(ByteBuf out, RegistryFrame frame) {
        switch (frame) {
            case Document document -> {
                out.writeByte(1);
                document.node().write(out);
                out.writeLong(document.sequence()).writeBytes(document.document());
            }
            case SnapshotEnd end -> out.writeByte(2);
        }
    }

    /// Reads the one frame that the readable bytes are; a document goes to their end.
    ///
    /// @throws Malformed if they are anything else
    static RegistryFrame read(ByteBuf in) {
        Bytes.require(in, 1, "registry frame");
        int type = in.readUnsignedByte();
        switch (type) {
            case 1 -> {
                Bytes.require(in, NodeId.BYTES + Long.BYTES + 1, "registry document");
                NodeId node = NodeId.read(in);
                long sequence = in.readLong();
                byte[] document = new byte[in.readableBytes()];
                in.readBytes(document);
                return new Document(node, sequence, document);
            }
            case 2 -> {
                Bytes.requireEnd(in, "snapshot end");
                return new SnapshotEnd();
            }
            default -> throw new Malformed(Reason.UNKNOWN_TYPE, "registry frame type " + type);
        }
    }
}
