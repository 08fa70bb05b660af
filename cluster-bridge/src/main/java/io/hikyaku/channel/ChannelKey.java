package io.hikyaku.channel;

import io.hikyaku.wire.NodeId;

/// What a packet says about its channel: ids are chosen by the initiator, so they are only unique together with the
/// initiator.
///
/// @param peer the other node
/// @param id the channel id
/// @param initiatedHere whether this node initiated the channel
record ChannelKey(NodeId peer, long id, boolean initiatedHere) {}
