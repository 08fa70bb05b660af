package io.hikyaku.call.http2;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;

/// How many frames that carry nothing one connection may send: each costs us work, and its sender none (CVE-2019-9512,
/// CVE-2019-9515 and their kin). Frames that carry something pay for some that do not. Belongs to its event loop.
public final class FrameBudget {
    private static final int BURST = 1000;
    private static final int PER_USEFUL_FRAME = 10;
    private static final int PER_REFILL = 100;

    private int left = BURST;

    /// A frame that carries something came or went.
    public void onUseful() {
        left = Math.min(left + PER_USEFUL_FRAME, BURST);
    }

    /// Time has passed: to be called at most once a second.
    void refill() {
        left = Math.min(left + PER_REFILL, BURST);
    }

    /// A frame came that carries nothing.
    ///
    /// @throws Http2Exception for the whole connection, if there were too many
    public void spend() throws Http2Exception {
        left--;
        if (left < 0) {
            throw Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "Too many frames that carry nothing");
        }
    }
}
