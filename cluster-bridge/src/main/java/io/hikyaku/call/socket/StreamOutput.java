package io.hikyaku.call.socket;

import io.hikyaku.stream.Stream;
import io.hikyaku.wire.call.HttpFrame;
import io.hikyaku.wire.call.HttpFrames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/// Writes the frames of an HTTP message to a stream; small ones leave gathered, at [#flush]. Belongs to the stream's
/// event loop.
public final class StreamOutput {
    private final Stream stream;
    private final ByteBufAllocator allocator;
    private final Coalescer coalescer;

    public StreamOutput(Stream stream, ByteBufAllocator allocator) {
        this.stream = stream;
        this.allocator = allocator;
        this.coalescer = new Coalescer(allocator, stream::write);
    }

    /// Writes a head or trailers.
    public void write(HttpFrame frame) {
        ByteBuf bytes = allocator.buffer(1024);
        HttpFrames.write(bytes, frame);
        coalescer.add(bytes);
    }

    /// Writes pieces of the body; takes ownership.
    public void writeBody(ByteBuf data) {
        while (data.readableBytes() > HttpFrame.MAX_BODY_BYTES) {
            writePiece(data.readRetainedSlice(HttpFrame.MAX_BODY_BYTES));
        }
        writePiece(data);
    }

    public boolean isWritable() {
        return stream.isWritable();
    }

    /// Hands on what was gathered.
    public void flush() {
        coalescer.drain();
    }

    /// The message is complete.
    public void end() {
        coalescer.drain();
        stream.end();
    }

    /// The message is cut off; what was gathered is dropped.
    public void drop() {
        coalescer.drop();
    }

    private void writePiece(ByteBuf data) {
        HttpFrames.writeBodyPrefix(coalescer.room(HttpFrames.OVERHEAD_BYTES), data.readableBytes());
        coalescer.add(data);
    }
}
