package io.hikyaku.channel;

import io.hikyaku.wire.channel.ChannelFrame.CloseCode;

/// Why there is no channel any more.
///
/// @param code the reason
/// @param detail for people, no secrets
/// @param byPeer whether the other side said so; otherwise this one noticed
/// @param wasOpen whether the channel was ever open; if not, nothing that was to be sent on it was sent
public record Closed(CloseCode code, String detail, boolean byPeer, boolean wasOpen) {}
