package io.hikyaku.call.attempt;

import io.hikyaku.stream.credit.MemoryBudget;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/// What one side of a call has sent so far, kept as long as it is small enough to be sent again elsewhere, and as long
/// as the process is not short of memory: credit was given back for what was sent, so its memory is reserved here.
public final class Replay {
    /// Most bytes kept once they have been sent.
    public static final int MAX_BYTES = 64 * 1024;

    private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>(0);
    private final MemoryBudget budget;
    private int bytes;
    private int reserved;
    private boolean whole = true;

    public Replay(MemoryBudget budget) {
        this.budget = budget;
    }

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
        hold(piece.retainedDuplicate());
        keepWhatFits();
    }

    private void keepWhatFits() {
        int more = bytes - reserved;
        if (bytes > MAX_BYTES || more > 0 && !budget.tryReserveSpare(more)) {
            drop();
        } else {
            reserved = bytes;
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
        if (whole) {
            keepWhatFits();
        }
    }

    /// Gives up on sending it again.
    public void drop() {
        whole = false;
        bytes = 0;
        budget.release(reserved);
        reserved = 0;
        for (ByteBuf piece : pieces) {
            piece.release();
        }
        pieces.clear();
    }
}
