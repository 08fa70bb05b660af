package io.hikyaku.route;

import java.util.Locale;

/// Why a packet was dropped; a label of the counter.
enum Drop {
    /// No path to the destination.
    UNREACHABLE,
    /// The link's queue or the process's budget is full.
    QUEUE_FULL,
    /// The hop limit was used up.
    HOP_LIMIT,
    /// The path leads back to the neighbour that it came from: tables have not converged.
    LOOP,
    /// This node forwards nothing.
    NOT_FORWARDING,
    /// The neighbour may not speak for that source, or may not say this at all.
    NOT_ALLOWED,
    /// A body that breaks the wire format.
    MALFORMED,
    /// More routing or registry frames than this node can keep up with.
    OVERLOAD;

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
