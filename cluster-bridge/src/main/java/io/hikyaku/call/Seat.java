package io.hikyaku.call;

/// A candidate's place at whoever balances, for one service port on one event loop.
public interface Seat {
    Candidate candidate();

    /// A call goes there; [#finish] must follow.
    void begin();

    void finish();
}
