package io.hikyaku.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.sun.management.ThreadMXBean;
import io.hikyaku.wire.call.HttpFrame;
import io.hikyaku.wire.call.HttpFrames;
import io.hikyaku.wire.call.OpenMetadataFields;
import io.hikyaku.wire.channel.ChannelFrame;
import io.hikyaku.wire.channel.ChannelFrames;
import io.hikyaku.wire.channel.ChannelGreetings;
import io.hikyaku.wire.channel.HandshakeFrames;
import io.hikyaku.wire.link.LinkFrames;
import io.hikyaku.wire.registry.DocumentHeads;
import io.hikyaku.wire.registry.DocumentParts;
import io.hikyaku.wire.registry.NodeDocument;
import io.hikyaku.wire.registry.NodeDocument.ExportedService;
import io.hikyaku.wire.registry.NodeDocuments;
import io.hikyaku.wire.route.PushBacks;
import io.hikyaku.wire.route.RegistryFrames;
import io.hikyaku.wire.route.RoutingFrames;
import io.hikyaku.wire.stream.StreamFrame;
import io.hikyaku.wire.stream.StreamFrames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/// One coverage-guided fuzz target for each decoder of the wire format. Any bytes are either [Malformed], or a value
/// that is the same after encoding and decoding it again. The ordinary tests replay the committed corpus
/// (`src/test/resources/io/hikyaku/wire/DecodersFuzzTestInputs`); `.ci/fuzz` is the command.
class DecodersFuzzTest {
    private static final long ALLOWED_BYTES = 16 * 1024;
    private static final long ALLOWED_FACTOR = 64;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @FuzzTest
    void packetHeader(byte[] bytes) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        try {
            int length = Packet.checkedBodyLength(in);
            Packet packet = Packet.read(in);
            assertEquals(length, packet.bodyLength());
            assertEquals(0, in.readerIndex());
            ByteBuf again = Unpooled.buffer();
            packet.write(again);
            assertEquals(packet, Packet.read(again));
            assertEquals(in.slice(0, Packet.HEADER_BYTES), again);
        } catch (Malformed e) {
            // As it should be.
        }
    }

    @FuzzTest
    void linkFrames(byte[] bytes) {
        holdsToItsWord(bytes, LinkFrames::read, LinkFrames::write);
    }

    @FuzzTest
    void routingFrames(byte[] bytes) {
        holdsToItsWord(bytes, RoutingFrames::read, RoutingFrames::write);
    }

    @FuzzTest
    void registryFrame(byte[] bytes) {
        holdsToItsWord(bytes, RegistryFrames::read, RegistryFrames::write);
    }

    @FuzzTest
    void nodeDocument(byte[] bytes) {
        try {
            NodeDocument document = NodeDocuments.readNode(bytes, 7);
            assertEquals(document, NodeDocuments.readNode(NodeDocuments.writeNode(document), 7));
        } catch (Malformed e) {
            // As it should be.
        }
        try {
            List<ExportedService> exports = NodeDocuments.readExports(bytes);
            assertEquals(exports, NodeDocuments.readExports(NodeDocuments.writeExports(exports)));
        } catch (Malformed e) {
            // As it should be.
        }
    }

    @FuzzTest
    void documentHead(byte[] bytes) {
        holdsToItsWord(
                bytes,
                in -> DocumentHeads.read(ByteBufUtil.getBytes(in)),
                (out, head) -> out.writeBytes(DocumentHeads.write(head)));
    }

    /// However little they are, they never inflate to more than a part may hold.
    @FuzzTest
    void documentPart(byte[] bytes) {
        try {
            byte[] text = DocumentParts.inflate(bytes);
            assertTrue(text.length <= DocumentParts.MAX_PART_TEXT, "inflated to " + text.length);
            assertArrayEquals(text, DocumentParts.inflate(DocumentParts.deflate(text)));
        } catch (Malformed e) {
            // As it should be.
        }
    }

    @FuzzTest
    void pushBack(byte[] bytes) {
        holdsToItsWord(bytes, PushBacks::read, PushBacks::write);
    }

    @FuzzTest
    void handshakeFrame(byte[] bytes) {
        holdsToItsWord(bytes, HandshakeFrames::read, HandshakeFrames::write);
    }

    @FuzzTest
    void channelGreeting(byte[] bytes) {
        boolean complete = false;
        try {
            complete = ChannelGreetings.isComplete(Unpooled.wrappedBuffer(bytes));
        } catch (Malformed e) {
            assertEquals(Malformed.Reason.TOO_LARGE, e.reason());
        }
        boolean decoded = holdsToItsWord(bytes, ChannelGreetings::read, ChannelGreetings::write);
        assertTrue(complete || !decoded, "decoded a greeting that is not complete");
    }

    /// The whole plaintext of a sealed packet: channel frames, then stream frames.
    @FuzzTest
    void plaintext(byte[] bytes) {
        holdsToItsWord(bytes, DecodersFuzzTest::readPlaintext, (out, frames) -> {
            for (Record frame : frames) {
                if (frame instanceof ChannelFrame ofChannel) {
                    ChannelFrames.write(out, ofChannel);
                } else {
                    writeStreamFrame(out, (StreamFrame) frame);
                }
            }
        });
    }

    @FuzzTest
    void openMetadata(byte[] bytes) {
        holdsToItsWord(bytes, OpenMetadataFields::read, OpenMetadataFields::write);
    }

    @FuzzTest
    void httpFrames(byte[] bytes) {
        holdsToItsWord(bytes, DecodersFuzzTest::readHttpFrames, (out, frames) -> {
            for (HttpFrame frame : frames) {
                HttpFrames.write(
                        out,
                        frame instanceof HttpFrame.Body(ByteBuf body) ? new HttpFrame.Body(body.duplicate()) : frame);
            }
        });
    }

    /// A trailer section alone, so that the fuzzer spends its time in the fields.
    @FuzzTest
    void fields(byte[] bytes) {
        ByteBuf trailers = Unpooled.buffer().writeByte(4).writeInt(bytes.length).writeBytes(bytes);
        byte[] framed = new byte[trailers.readableBytes()];
        trailers.readBytes(framed);
        holdsToItsWord(framed, HttpFrames::read, HttpFrames::write);
    }

    private static <T> boolean holdsToItsWord(
            byte[] bytes, Function<ByteBuf, T> decoder, BiConsumer<ByteBuf, T> encoder) {
        requireModestAllocation(bytes, decoder);
        T decoded;
        try {
            decoded = decoder.apply(Unpooled.wrappedBuffer(bytes));
        } catch (Malformed e) {
            return false;
        }
        ByteBuf encoded = Unpooled.buffer();
        encoder.accept(encoded, decoded);
        assertEquals(decoded, decoder.apply(encoded), "decoded, encoded and decoded again");
        assertEquals(decoded.hashCode(), decoded.hashCode());
        return true;
    }

    /// Decoding holds memory in proportion to the bytes that are there, whatever their lengths and counts claim.
    /// The first time may load classes, so only a repeated excess counts.
    private static void requireModestAllocation(byte[] bytes, Function<ByteBuf, ?> decoder) {
        long allowed = ALLOWED_BYTES + ALLOWED_FACTOR * bytes.length;
        if (allocatedBy(bytes, decoder) > allowed) {
            long allocated = allocatedBy(bytes, decoder);
            assertTrue(allocated <= allowed, allocated + " bytes allocated for " + bytes.length);
        }
    }

    private static long allocatedBy(byte[] bytes, Function<ByteBuf, ?> decoder) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            Reference.reachabilityFence(decoder.apply(Unpooled.wrappedBuffer(bytes)));
        } catch (Malformed e) {
            // Refusing may not cost more than accepting.
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static List<Record> readPlaintext(ByteBuf in) {
        List<Record> frames = new ArrayList<>();
        for (ChannelFrame frame = ChannelFrames.readNext(in); frame != null; frame = ChannelFrames.readNext(in)) {
            frames.add((Record) frame);
        }
        for (StreamFrame frame = StreamFrames.readNext(in); frame != null; frame = StreamFrames.readNext(in)) {
            frames.add((Record) frame);
        }
        return frames;
    }

    /// Encoding moves the reader index of the bytes it takes; the value compared afterwards must keep its own.
    private static void writeStreamFrame(ByteBuf out, StreamFrame frame) {
        StreamFrames.write(
                out,
                switch (frame) {
                    case StreamFrame.Open(long stream, long credit, int initial, ByteBuf metadata) ->
                        new StreamFrame.Open(stream, credit, initial, metadata.duplicate());
                    case StreamFrame.Data(long stream, ByteBuf data) -> new StreamFrame.Data(stream, data.duplicate());
                    default -> frame;
                });
    }

    private static List<HttpFrame> readHttpFrames(ByteBuf in) {
        List<HttpFrame> frames = new ArrayList<>();
        while (in.isReadable()) {
            int length = HttpFrames.contentLength(in);
            if (length >= 0 && HttpFrames.isSkippable(in)) {
                Bytes.require(in, HttpFrames.OVERHEAD_BYTES + length, "skippable frame");
                in.skipBytes(HttpFrames.OVERHEAD_BYTES + length);
            } else {
                frames.add(HttpFrames.read(in));
            }
        }
        return frames;
    }
}
