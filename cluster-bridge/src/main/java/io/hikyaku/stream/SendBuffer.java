package io.hikyaku.stream;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/// Bytes of one stream that wait to be sent. Owns them.
final class SendBuffer {
    private final ArrayDeque<ByteBuf> buffers = new ArrayDeque<>(4);
    private int bytes;

    int bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return bytes == 0;
    }

    void add(ByteBuf data) {
        if (data.isReadable()) {
            bytes += data.readableBytes();
            buffers.add(data);
        } else {
            data.release();
        }
    }

    /// Moves the next `length` bytes to `out`.
    void moveTo(ByteBuf out, int length) {
        int left = length;
        while (left > 0) {
            ByteBuf head = buffers.element();
            int part = Math.min(left, head.readableBytes());
            out.writeBytes(head, part);
            left -= part;
            if (!head.isReadable()) {
                buffers.remove().release();
            }
        }
        bytes -= length;
    }

    /// Drops everything; returns how many bytes that was.
    int clear() {
        int dropped = bytes;
        buffers.forEach(ByteBuf::release);
        buffers.clear();
        bytes = 0;
        return dropped;
    }
}
