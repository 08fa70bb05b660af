package io.hikyaku.registry;

import io.hikyaku.identity.Identity;
import io.hikyaku.identity.InstanceKey;
import io.hikyaku.identity.Member;
import io.hikyaku.identity.Statement;
import io.hikyaku.identity.issue.Authority;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.NodeDocument;
import io.hikyaku.wire.registry.NodeDocument.ExportedService;
import io.hikyaku.wire.registry.NodeDocument.Port;
import io.hikyaku.wire.route.RegistryFrame.Beat;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// A member with one running node, and what it says.
public final class TestMember {
    public static final Instant START = Instant.parse("2026-11-01T12:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(START);

    public final Identity identity;
    final InstanceKey key = InstanceKey.generate();
    final String statement;

    /// What its identity goes by.
    public final AtomicReference<Instant> clock;

    private TestMember(Identity identity, AtomicReference<Instant> clock) {
        this.identity = identity;
        this.clock = clock;
        this.statement = Statement.sign(identity, key.publicKey());
    }

    public static Authority authority(Path directory, String mesh) throws Exception {
        return Authority.init(mesh, directory, CLOCK);
    }

    public static TestMember cluster(Authority authority, Path directory, String name) throws Exception {
        authority.issue(Member.cluster(authority.mesh(), name), directory, Duration.ofDays(1));
        AtomicReference<Instant> clock = new AtomicReference<>(START);
        return new TestMember(Identity.load(directory, clock::get), clock);
    }

    public NodeId node() {
        return key.nodeId();
    }

    public NodeDocument document(long sequence, String... services) {
        return document(sequence, false, services);
    }

    public NodeDocument document(long sequence, boolean leaving, String... services) {
        return document(node(), identity.member().uri(), statement, sequence, leaving, services);
    }

    public static NodeDocument document(
            NodeId node, String member, String statement, long sequence, boolean leaving, String... services) {
        List<ExportedService> exports = List.of(services).stream()
                .map(service -> new ExportedService(service, List.of(new Port("http", 80, "http")), 1))
                .toList();
        return new NodeDocument(
                node,
                member,
                statement,
                sequence,
                1,
                false,
                leaving,
                false,
                exports,
                Optional.empty(),
                Optional.empty());
    }

    public SignedDocument signed(long sequence, String... services) {
        return signed(document(sequence, services));
    }

    /// As this node signs it, whatever it says.
    public SignedDocument signed(NodeDocument document) {
        return new DocumentMaker(key).make(document);
    }

    public Beat beat(long sequence, long count) {
        return new DocumentMaker(key).beat(sequence, count);
    }
}
