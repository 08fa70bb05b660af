package io.hikyaku.balance;

import io.hikyaku.wire.stream.ResetCode;

/// What the reset of a call tells about its exporter. Only what no caller can bring about by what it sends counts:
/// otherwise one caller could eject an exporter for all.
enum OutlierSignal {
    /// The exporter reached its target.
    WORKS,
    /// The exporter was not reached, or could not reach a target.
    FAILED,
    /// The exporter is about to stop, or has no target now.
    LEAVES,
    /// It may be the caller's fault, or the exporter has too much to do: then it gets fewer calls anyway.
    NOTHING;

    static OutlierSignal of(ResetCode code) {
        return switch (code) {
            case CHANNEL_LOST, LEAVING, NOT_EXPORTED -> FAILED;
            case DRAINING, NO_TARGET -> LEAVES;
            case TARGET_REFUSED,
                    TARGET_CONNECT_TIMEOUT,
                    TARGET_UNRESOLVED,
                    TARGET_PROHIBITED,
                    TARGET_CERTIFICATE,
                    TARGET_TLS -> FAILED;
            case TARGET_TERMINATED, TARGET_TIMEOUT, TARGET_PROTOCOL, TARGET_CANCELLED, TARGET_BUSY, TARGET_ABORTED ->
                WORKS;
            case REFUSED, DENIED, CANCELLED, DEADLINE, IDLE, PROTOCOL, INTERNAL, TARGET_HEAD_SIZE -> NOTHING;
        };
    }
}
