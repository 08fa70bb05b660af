package io.hikyaku.channel;

import io.hikyaku.channel.handshake.LocalIdentity;
import io.hikyaku.identity.Identity;
import io.hikyaku.identity.InstanceKey;
import io.hikyaku.identity.Statement;
import io.hikyaku.identity.tls.ChannelTls;
import io.hikyaku.link.TestMesh;
import java.nio.file.Path;

/// Identities of a mesh made for one test, as channels use them.
public final class Identities {
    private final TestMesh mesh;

    public Identities(String mesh, Path directory) throws Exception {
        this.mesh = new TestMesh(mesh, directory);
    }

    /// A new instance of a cluster.
    public LocalIdentity cluster(String name) throws Exception {
        Identity identity = mesh.cluster(name);
        InstanceKey key = InstanceKey.generate();
        return new LocalIdentity(
                key, new ChannelTls(identity), Statement.sign(identity, key.publicKey()), identity.trust());
    }
}
