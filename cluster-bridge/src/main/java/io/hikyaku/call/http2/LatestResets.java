package io.hikyaku.call.http2;

/// The streams of a connection that we have reset of late: what still comes for them was under way, and is no mistake
/// of the other side's (RFC 9113 §5.1). Belongs to its event loop.
final class LatestResets {
    /// Stream ids that are told apart; one side uses every other number.
    private static final int REMEMBERED = 256;

    private final int[] ids = new int[REMEMBERED];

    void add(int id) {
        ids[slot(id)] = id;
    }

    boolean contains(int id) {
        return ids[slot(id)] == id;
    }

    private static int slot(int id) {
        return id >>> 1 & REMEMBERED - 1;
    }
}
