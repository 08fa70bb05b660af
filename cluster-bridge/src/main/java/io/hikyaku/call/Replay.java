package io.hikyaku.call;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/// What one side has sent of a call so far, kept as long as it is small enough to be sent again elsewhere.
public final class Replay {
    /// Most bytes kept once they have been sent.
    public static final int MAX_BYTES = 64 * 1024;

    private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>(0);
    private int bytes;
    private boolean whole = true;

    /// Keeps a piece that has nowhere to go yet, whatever its size; takes ownership.
    public void hold(ByteBuf piece) {
        bytes += piece.readableBytes();
        pieces.add(piece);
    }

    /// Keeps a piece that is being sent, as long as all of them fit; shares its bytes.
    public void keep(ByteBuf piece) {
        if (!whole) {
            return;
        }
        if (bytes + piece.readableBytes() > MAX_BYTES) {
            drop();
        } else {
            hold(piece.retainedDuplicate());
        }
    }

    /// Whether everything sent so far is in hand.
    public boolean isWhole() {
        return whole;
    }

    /// Gives all pieces, from the first.
    ///
    /// @param to takes ownership of each
    public void sendTo(Consumer<ByteBuf> to) {
        for (ByteBuf piece : pieces) {
            to.accept(piece.retainedDuplicate());
        }
        if (bytes > MAX_BYTES) {
            drop();
        }
    }

    /// Gives up sending it again.
    public void drop() {
        whole = false;
        bytes = 0;
        for (ByteBuf piece : pieces) {
            piece.release();
        }
        pieces.clear();
    }
}
