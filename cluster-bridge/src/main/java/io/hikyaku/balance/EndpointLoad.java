package io.hikyaku.balance;

import io.hikyaku.wire.stream.ResetCode;

/// A candidate as the balancer keeps it, for one service port on one event loop. It hears how each call there goes,
/// under the number that [#begin] gave.
public interface EndpointLoad {
    Candidate candidate();

    /// A call goes there; [#finish] must follow.
    int begin();

    /// The first part of the response came.
    void onAnswer(int call);

    /// The call's stream was reset.
    void onReset(int call, ResetCode code);

    /// There was no channel for the call.
    void onUnreachable(int call);

    /// The call is over there, however it ended.
    void finish(int call);
}
