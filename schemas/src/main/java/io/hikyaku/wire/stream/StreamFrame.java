package io.hikyaku.wire.stream;

import io.hikyaku.wire.InitialCredits;
import io.netty.buffer.ByteBuf;

/// Frames of streams (PROTOCOL.md §6). They fill the rest of a sealed packet's plaintext after the channel's own
/// frames. Stream ids: even for streams that the channel's initiator opened, odd for the responder's; each side counts
/// up and never uses one twice.
public sealed interface StreamFrame {
    /// The stream it is about, 0 to 2^62 − 1.
    long stream();

    /// Opens a stream.
    ///
    /// @param credit bytes that the opener takes on this stream before it grants more
    /// @param initial bytes that the opener may send on it before it is granted more: what the other side last
    ///   said of new streams, 0 to [InitialCredits#MAX]
    /// @param metadata what the call layer says about it, at most [#MAX_METADATA_BYTES]; a slice of the decoded
    ///   packet
    record Open(long stream, long credit, int initial, ByteBuf metadata) implements StreamFrame {
        public Open {
            InitialCredits.require(initial);
            if (metadata.readableBytes() > MAX_METADATA_BYTES) { // §6.2
                throw new IllegalArgumentException("Metadata of " + metadata.readableBytes() + " bytes");
            }
        }
    }

    /// The next bytes of the stream.
    ///
    /// @param data a slice of the decoded packet: valid as long as the packet is retained
    record Data(long stream, ByteBuf data) implements StreamFrame {}

    /// The sender will send no more bytes: a clean end of its direction.
    record End(long stream) implements StreamFrame {}

    /// Both directions end at once, uncleanly.
    ///
    /// @param code why
    /// @param detail for the other side's error text, at most 256 bytes, no secrets
    record Reset(long stream, ResetCode code, String detail) implements StreamFrame {
        public static final int MAX_DETAIL_BYTES = 256;
    }

    /// The sender of this frame wants no more bytes of this stream; what comes is dropped and counts as consumed.
    /// Its own direction goes on (an early answer).
    record StopSending(long stream) implements StreamFrame {}

    /// The sender of this frame takes at most `max` bytes of this stream in all; never falls.
    record Credit(long stream, long max) implements StreamFrame {}

    int MAX_METADATA_BYTES = 4096;
}
