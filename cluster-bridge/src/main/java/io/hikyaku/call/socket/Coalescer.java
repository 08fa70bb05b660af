package io.hikyaku.call.socket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Gathers small pieces into few buffers and passes large ones on as they are, in order.
final class Coalescer {
    /// Copying fewer bytes than this costs less than one more buffer in a queue.
    private static final int SMALL_BYTES = 2048;
    private static final int ROOM_BYTES = 4096;

    private final ByteBufAllocator allocator;
    private final Consumer<ByteBuf> to;
    private @Nullable ByteBuf gathered;

    /// @param to takes ownership of the buffers
    Coalescer(ByteBufAllocator allocator, Consumer<ByteBuf> to) {
        this.allocator = allocator;
        this.to = to;
    }

    /// A buffer with room for `bytes` more, to be written to at once; this object keeps owning it.
    ByteBuf room(int bytes) {
        ByteBuf buffer = gathered;
        if (buffer != null && buffer.writableBytes() < bytes) {
            drain();
            buffer = null;
        }
        if (buffer == null) {
            buffer = allocator.buffer(Math.max(bytes, ROOM_BYTES));
            gathered = buffer;
        }
        return buffer;
    }

    /// Takes ownership.
    void add(ByteBuf data) {
        int length = data.readableBytes();
        if (length <= SMALL_BYTES) {
            room(length).writeBytes(data);
            data.release();
        } else {
            drain();
            to.accept(data);
        }
    }

    void drain() {
        ByteBuf buffer = gathered;
        if (buffer != null) {
            gathered = null;
            to.accept(buffer);
        }
    }

    void drop() {
        ByteBuf buffer = gathered;
        if (buffer != null) {
            gathered = null;
            buffer.release();
        }
    }
}
