package io.hikyaku.call.http2;

import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Settings;

/// What reads and writes the HTTP/2 of one connection, as an [Http2CodecBuilder] has put it together.
///
/// @param settings of this side
/// @param opened streams that the reader has to tell apart
/// @param budget of frames from the other side that carry nothing
public record Http2Codec(
        Http2ConnectionDecoder decoder,
        Http2ConnectionEncoder encoder,
        Http2Settings settings,
        OpenedStreams opened,
        FrameBudget budget) {}
