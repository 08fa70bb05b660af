package io.hikyaku.channel;

import io.hikyaku.channel.handshake.LocalIdentity;
import io.hikyaku.identity.Identity;
import io.hikyaku.identity.InstanceKey;
import io.hikyaku.identity.Member;
import io.hikyaku.identity.Statement;
import io.hikyaku.identity.issue.Authority;
import io.hikyaku.identity.tls.ChannelTls;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/// Identities of a mesh made for one test.
public final class Identities {
    private final Path directory;
    private final Authority authority;
    private final String mesh;

    public Identities(String mesh, Path directory) throws Exception {
        this.mesh = mesh;
        this.directory = directory;
        authority = Authority.init(mesh, directory.resolve("ca"), InstantSource.system());
    }

    /// A new instance of a cluster.
    public LocalIdentity cluster(String name) throws Exception {
        Path out = directory.resolve(name);
        authority.issue(Member.cluster(mesh, name), out, Duration.ofDays(1));
        Identity identity = Identity.load(out, InstantSource.system());
        InstanceKey key = InstanceKey.generate();
        return new LocalIdentity(
                key, new ChannelTls(identity), Statement.sign(identity, key.publicKey()), identity.trust());
    }
}
