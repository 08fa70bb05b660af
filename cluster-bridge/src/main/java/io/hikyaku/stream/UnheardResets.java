package io.hikyaku.stream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What waits until the other side of a channel has heard of a stream's reset: until it has acknowledged the packet
/// that says so (PROTOCOL.md §5.4), or the channel is gone, and with it whatever ran there.
final class UnheardResets {
    private final Set<Runnable> unsent = new HashSet<>();
    private final ArrayDeque<Sent> sent = new ArrayDeque<>();

    /// @param packet that the reset is in
    private record Sent(long packet, Runnable heard) {}

    void add(Runnable heard) {
        unsent.add(heard);
    }

    /// The reset is in the packet of this number.
    void onSent(Runnable heard, long packet) {
        unsent.remove(heard);
        sent.add(new Sent(packet, heard));
    }

    /// All packets below `next` have arrived.
    void onAcknowledged(long next) {
        while (!sent.isEmpty() && sent.element().packet() < next) {
            sent.remove().heard().run();
        }
    }

    /// The channel is gone.
    void onClosed() {
        List<Runnable> all = new ArrayList<>(unsent);
        sent.forEach(reset -> all.add(reset.heard()));
        unsent.clear();
        sent.clear();
        all.forEach(Runnable::run);
    }
}
