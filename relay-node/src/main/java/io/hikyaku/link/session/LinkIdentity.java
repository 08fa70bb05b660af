package io.hikyaku.link.session;

import io.hikyaku.identity.Identity;
import io.hikyaku.identity.InstanceKey;
import io.hikyaku.identity.Member;
import io.hikyaku.identity.Statement;
import io.hikyaku.identity.tls.LinkTls;
import io.hikyaku.wire.NodeId;
import java.util.Set;

/// What this node says about itself on its links, and which neighbours it lets carry the packets of others.
///
/// @param identity the member's certificate, key and mesh
/// @param key this process's own, whose hash is the node id
/// @param statement signed by `identity` about `key`, compact JWS
/// @param tls made of `identity`
/// @param forwards whether this node carries packets of others: a relay, or a bridge that listens
/// @param transit names of clusters that may carry packets of others, as every relay may
public record LinkIdentity(
        Identity identity, InstanceKey key, String statement, LinkTls tls, boolean forwards, Set<String> transit) {
    public LinkIdentity {
        transit = Set.copyOf(transit);
    }

    /// Signs the statement and prepares TLS.
    public static LinkIdentity of(Identity identity, InstanceKey key, boolean forwards, Set<String> transit) {
        LinkTls tls = new LinkTls(identity, member -> mayCarryOthers(member, transit));
        return new LinkIdentity(identity, key, Statement.sign(identity, key.publicKey()), tls, forwards, transit);
    }

    public NodeId node() {
        return key.nodeId();
    }

    /// Whether the member may be dialled, and may send packets of others if it says that it does.
    boolean mayCarryOthers(Member member) {
        return mayCarryOthers(member, transit);
    }

    private static boolean mayCarryOthers(Member member, Set<String> transit) {
        return member.isRelay() || transit.contains(member.name());
    }
}
