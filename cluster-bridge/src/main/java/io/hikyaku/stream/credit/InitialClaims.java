package io.hikyaku.stream.credit;

import java.util.ArrayDeque;

/// What new streams claim that they may send before they are granted more (PROTOCOL.md §6.2). The other side has to
/// find memory for all of it at once, and learns of it only when it arrives: so what is in flight is bounded, and
/// streams beyond the bound claim little. Belongs to its event loop.
public final class InitialClaims {
    /// Bytes that streams whose OPEN is not acknowledged may claim together before others claim the least.
    static final int MAX_UNACKNOWLEDGED = 4 * 1024 * 1024;

    private final ArrayDeque<InPacket> unacknowledged = new ArrayDeque<>();
    private long bytes;

    private record InPacket(long packet, int bytes) {}

    /// @param wanted bytes
    /// @param allowed what the other side has said about each new stream
    /// @param packet that the stream's OPEN leaves in
    public int claim(int wanted, int allowed, long packet) {
        int most = bytes + Math.min(wanted, allowed) <= MAX_UNACKNOWLEDGED
                ? allowed
                : Math.min(allowed, WindowBudget.LEAST_WINDOW);
        int claimed = Math.min(wanted, most);
        InPacket last = unacknowledged.peekLast();
        if (last != null && last.packet() == packet) {
            unacknowledged.removeLast();
            unacknowledged.add(new InPacket(packet, last.bytes() + claimed));
        } else {
            unacknowledged.add(new InPacket(packet, claimed));
        }
        bytes += claimed;
        return claimed;
    }

    /// All packets below `next` have arrived.
    public void onAcknowledged(long next) {
        while (!unacknowledged.isEmpty() && unacknowledged.element().packet() < next) {
            bytes -= unacknowledged.remove().bytes();
        }
    }
}
