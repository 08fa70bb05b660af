package io.hikyaku.wire.link;

/// What the two ends of a link say to each other, one frame a packet of kind LINK (PROTOCOL.md §3). A malformed one
/// closes the link with a [Goodbye].
public sealed interface LinkFrame permits Hello, Proof, LinkPing, LinkPong, Goodbye {}
