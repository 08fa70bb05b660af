package io.hikyaku.wire.stream;

/// Why a stream was reset (PROTOCOL.md §6.6). The number goes over the wire; unknown ones are read as [#INTERNAL].
public enum ResetCode {
    /// A fault of the sender's own.
    INTERNAL(0, false),
    /// The caller went away or lost interest.
    CANCELLED(1, false),
    /// Refused before any effect: too many streams, over budget.
    REFUSED(2, true),
    /// The service is not exported there.
    NOT_EXPORTED(3, true),
    /// The caller may not call it.
    DENIED(4, true),
    /// The target refused the connection.
    TARGET_REFUSED(5, true),
    /// The target could not be reached in time.
    TARGET_CONNECT_TIMEOUT(6, true),
    /// The target's name could not be resolved.
    TARGET_UNRESOLVED(7, true),
    /// The target ended the connection before it was due, or reset it.
    TARGET_TERMINATED(8, false),
    /// The target did not answer in time.
    TARGET_TIMEOUT(9, false),
    /// What the target sent is not valid.
    TARGET_PROTOCOL(10, false),
    /// The stream or its channel broke the protocol.
    PROTOCOL(11, false),
    /// The channel was lost: a gap, a dead path, a node that is gone.
    CHANNEL_LOST(12, false),
    /// The node is stopping.
    LEAVING(13, false),
    /// Nothing moved for too long.
    IDLE(14, false),
    /// The time that the call was given has passed.
    DEADLINE(15, false),
    /// The target's certificate is not trusted, or not for its name.
    TARGET_CERTIFICATE(16, false),
    /// TLS with the target failed in another way.
    TARGET_TLS(17, false),
    /// The target took the call back: it reset the HTTP/2 stream with CANCEL.
    TARGET_CANCELLED(18, false),
    /// The target asks for calm: it reset the HTTP/2 stream with ENHANCE_YOUR_CALM.
    TARGET_BUSY(19, false),
    /// The target reset the HTTP/2 stream with any other error.
    TARGET_ABORTED(20, false),
    /// The target is at an address that may not be called.
    TARGET_PROHIBITED(21, true),
    /// The target takes no head, or no trailers, as large as the request's.
    TARGET_HEAD_SIZE(22, false),
    /// Refused before any effect, as the node is about to stop and begins nothing more.
    DRAINING(23, true),
    /// Refused before any effect, as no target of the service is ready there.
    NO_TARGET(24, true);

    private static final ResetCode[] BY_NUMBER = values();

    private final int number;
    private final boolean beforeAnyEffect;

    ResetCode(int number, boolean beforeAnyEffect) {
        this.number = number;
        this.beforeAnyEffect = beforeAnyEffect;
    }

    public int number() {
        return number;
    }

    /// Whether the far side promises that the call had no effect, so that it may be tried elsewhere.
    public boolean beforeAnyEffect() {
        return beforeAnyEffect;
    }

    static ResetCode of(long number) {
        return number < BY_NUMBER.length ? BY_NUMBER[(int) number] : INTERNAL;
    }
}
