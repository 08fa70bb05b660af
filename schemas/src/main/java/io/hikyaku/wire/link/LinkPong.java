package io.hikyaku.wire.link;

/// The answer to a [LinkPing] (PROTOCOL.md §3.4).
///
/// @param token the ping's
public record LinkPong(long token) implements LinkFrame {}
