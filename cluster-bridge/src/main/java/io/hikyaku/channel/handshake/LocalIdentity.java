package io.hikyaku.channel.handshake;

import io.hikyaku.identity.InstanceKey;
import io.hikyaku.identity.MeshTrust;
import io.hikyaku.identity.tls.ChannelTls;

/// What this node proves its identity with in handshakes, and what it checks others against.
///
/// @param key the instance key of this process
/// @param tls makes the TLS engines, with this member's certificate
/// @param statement this node's statement, a compact JWS
/// @param trust the mesh's anchors
public record LocalIdentity(InstanceKey key, ChannelTls tls, String statement, MeshTrust trust) {}
