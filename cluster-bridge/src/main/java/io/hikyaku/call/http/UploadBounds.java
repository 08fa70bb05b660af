package io.hikyaku.call.http;

import io.hikyaku.call.Violation;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.config.value.DataSize;
import io.hikyaku.wire.call.Fields;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/// Holds the body of one request to its bounds: how large it may be, and how slowly it may come as long as no part of a
/// response has. Speed is measured over a whole idle timeout, and time in which we take nothing does not count. Belongs
/// to its event loop.
public final class UploadBounds {
    private final long maxBytes;
    private final long minRate;
    private final long windowNanos;
    private long bytes;
    private long bytesInWindow;
    private long windowStart;
    private boolean held;

    private UploadBounds(long maxBytes, long minRate, long windowNanos, long now) {
        this.maxBytes = maxBytes;
        this.minRate = minRate;
        this.windowNanos = windowNanos;
        this.windowStart = now;
    }

    /// @param mayBeSlow whether its pieces come when they come, as in streams of gRPC
    public static UploadBounds of(CallLimits limits, boolean mayBeSlow, long now) {
        long maxBytes = limits.http().maxBodySize().map(DataSize::bytes).orElse(Long.MAX_VALUE);
        long minRate = mayBeSlow ? 0 : limits.http().minBodyRate();
        return new UploadBounds(maxBytes, minRate, limits.idleTimeout().toNanos(), now);
    }

    /// For what is no body: the bytes of a WebSocket.
    public static UploadBounds none() {
        return new UploadBounds(Long.MAX_VALUE, 0, Long.MAX_VALUE, 0);
    }

    /// What a head says is to come.
    @Nullable
    public Violation onHead(Fields fields) {
        CharSequence length = fields.get("content-length");
        boolean tooLarge = length != null && AsciiString.of(length).parseLong() > maxBytes;
        return tooLarge ? Violation.BODY_SIZE : null;
    }

    /// We take nothing for the moment.
    public void hold() {
        held = true;
    }

    /// A piece came.
    ///
    /// @param answering whether part of the response was sent: then the caller may take its time
    @Nullable
    public Violation onBytes(int length, long now, boolean answering) {
        bytes += length;
        bytesInWindow += length;
        if (bytes > maxBytes) {
            return Violation.BODY_SIZE;
        }
        long elapsed = now - windowStart;
        if (held || answering || elapsed >= windowNanos) {
            boolean slow = !held && !answering && bytesInWindow < minRate * (elapsed / 1e9);
            held = false;
            windowStart = now;
            bytesInWindow = 0;
            return slow ? Violation.BODY_TIME : null;
        }
        return null;
    }
}
