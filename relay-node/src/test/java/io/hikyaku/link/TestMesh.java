package io.hikyaku.link;

import io.hikyaku.identity.Identity;
import io.hikyaku.identity.IdentityException;
import io.hikyaku.identity.InstanceKey;
import io.hikyaku.identity.Member;
import io.hikyaku.identity.Statement;
import io.hikyaku.identity.issue.Authority;
import io.hikyaku.identity.tls.LinkTls;
import io.hikyaku.link.session.LinkIdentity;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;

/// A mesh with its authority in a directory of the test.
public final class TestMesh {
    private final Path directory;
    private final Authority authority;
    private final String name;

    public TestMesh(String name, Path directory) throws IOException, IdentityException {
        this.name = name;
        this.directory = directory;
        this.authority = Authority.init(name, directory.resolve(name + "-ca"), InstantSource.system());
    }

    public Identity relay(String relay) throws IOException, IdentityException {
        return issued(Member.relay(name, relay));
    }

    public Identity cluster(String cluster) throws IOException, IdentityException {
        return issued(Member.cluster(name, cluster));
    }

    /// Where the member's `tls.crt`, `tls.key` and `ca.crt` lie.
    public Path directoryOf(Member member) {
        return directory.resolve(name + "-" + member.kind().path() + "-" + member.name());
    }

    static LinkIdentity own(Identity identity, boolean forwards, Set<String> transit, SslProvider provider) {
        InstanceKey key = InstanceKey.generate();
        LinkTls tls = new LinkTls(identity, member -> member.isRelay() || transit.contains(member.name()), provider);
        return new LinkIdentity(identity, key, Statement.sign(identity, key.publicKey()), tls, forwards, transit);
    }

    private Identity issued(Member member) throws IOException, IdentityException {
        authority.issue(member, directoryOf(member), Duration.ofDays(1));
        return Identity.load(directoryOf(member), InstantSource.system());
    }
}
