package io.hikyaku.channel.handshake;

import io.hikyaku.identity.Member;
import io.hikyaku.wire.NodeId;

/// The other end of a channel, as its handshake proved it.
///
/// @param node its address
/// @param member whose certificate vouches for it
/// @param shardCount how many event loops it has
public record Peer(NodeId node, Member member, int shardCount) {}
