package io.hikyaku.wire.link;

/// Keepalive of a link (PROTOCOL.md §3.4).
///
/// @param token any value, given back by the [LinkPong]
public record LinkPing(long token) implements LinkFrame {}
