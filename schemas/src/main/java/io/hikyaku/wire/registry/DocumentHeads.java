package io.hikyaku.wire.registry;

import io.hikyaku.wire.Bytes;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.PartDigest;
import io.hikyaku.wire.Varint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Bytes of [DocumentHead]s (PROTOCOL.md §8.2), which travel as they were signed.
public final class DocumentHeads {
    private static final int LEAVING = 1;

    private DocumentHeads() {}

    public static byte[] write(DocumentHead head) {
        ByteBuf out = Unpooled.buffer(size(head));
        out.writeBytes(head.key()).writeLong(head.sequence()).writeByte(head.leaving() ? LEAVING : 0);
        Varint.write(out, head.parts().size());
        head.parts().forEach(part -> part.write(out));
        return ByteBufUtil.getBytes(out.writeBytes(head.signature()));
    }

    /// What the signature is over: all of the head in front of it.
    public static byte[] signedBytes(DocumentHead head) {
        byte[] all = write(head);
        return Arrays.copyOf(all, all.length - DocumentHead.SIGNATURE_BYTES);
    }

    /// Length on the wire, in bytes.
    public static int size(DocumentHead head) {
        int parts = head.parts().size();
        return DocumentHead.KEY_BYTES
                + Long.BYTES
                + 1
                + Varint.size(parts)
                + parts * PartDigest.BYTES
                + DocumentHead.SIGNATURE_BYTES;
    }

    /// @throws Malformed if the bytes are anything else than one head; the signature is not looked at
    public static DocumentHead read(byte[] bytes) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        Bytes.require(in, DocumentHead.KEY_BYTES + Long.BYTES + 1, "document head"); // §8.2
        byte[] key = Bytes.readFixed(in, DocumentHead.KEY_BYTES, "instance key"); // §8.2
        long sequence = in.readLong();
        int flags = in.readUnsignedByte();
        if (flags > LEAVING) { // §8.2
            throw new Malformed(Reason.INVALID_VALUE, "flags " + flags + " of a document head");
        }
        int count = Varint.read(in, DocumentHead.MAX_PARTS, "number of parts"); // §8.2
        Bytes.require(in, count * PartDigest.BYTES + DocumentHead.SIGNATURE_BYTES, "document head"); // §8.2
        List<PartDigest> parts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            parts.add(PartDigest.read(in));
        }
        byte[] signature = Bytes.readFixed(in, DocumentHead.SIGNATURE_BYTES, "signature"); // §8.2
        Bytes.requireEnd(in, "document head"); // §8.2
        try {
            return new DocumentHead(key, sequence, flags == LEAVING, parts, signature);
        } catch (IllegalArgumentException e) { // §8.2
            throw new Malformed(Reason.INVALID_VALUE, String.valueOf(e.getMessage()));
        }
    }
}
