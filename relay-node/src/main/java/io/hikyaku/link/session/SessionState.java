package io.hikyaku.link.session;

import io.hikyaku.identity.InstanceKey.Purpose;
import io.hikyaku.identity.Member;
import io.hikyaku.identity.Rejected;
import io.hikyaku.identity.Statement;
import io.hikyaku.link.Neighbour;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.link.LinkFrame.Goodbye;
import io.hikyaku.wire.link.LinkFrame.Hello;
import io.hikyaku.wire.link.LinkFrame.Proof;
import java.nio.ByteBuffer;
import java.security.PublicKey;
import java.security.SecureRandom;

/// How far one link has come. Each state knows its own legal steps; both sides take the same ones, at the same time.
///
/// ```
///  Opening ─ TLS ─▶ Secured ─ packets can flow ─▶ AwaitingHello ─ hello ─▶ AwaitingProof ─ proof ─▶ Up
///     │                │                               │                        │                   │
///     │                │                               └─ refused, malformed, left, timed out ──────┤
///     │                │                                                                            ▼
///     └─── failed ─────┴──────▶ Ended ◀─── the neighbour closed, or did not in time ──── Ending (goodbye said)
/// ```
sealed interface SessionState {
    /// The only version of the link so far; both bounds travel in the hello.
    int VERSION = 1;

    /// Nothing is known about the other side.
    record Opening() implements SessionState {
        Secured toSecured(Member member, PublicKey certificateKey) {
            return new Secured(member, certificateKey);
        }
    }

    /// TLS is up; the WebSocket, where there is one, may not be yet.
    ///
    /// @param member the member that TLS proved
    /// @param certificateKey the public key by which TLS proved it
    record Secured(Member member, PublicKey certificateKey) implements SessionState {
        /// Our hello goes out with a fresh nonce, whatever the neighbour does.
        AwaitingHello toAwaitingHello(LinkIdentity own, int shard, int shardCount) {
            byte[] nonce = new byte[Hello.NONCE_BYTES];
            RANDOM.nextBytes(nonce);
            Hello hello = new Hello(VERSION, VERSION, own.forwards(), shard, shardCount, own.statement(), nonce);
            return new AwaitingHello(own, member, certificateKey, hello);
        }
    }

    /// @param hello what we said
    record AwaitingHello(LinkIdentity own, Member member, PublicKey certificateKey, Hello hello)
            implements SessionState {
        /// @throws GreetingRefused if it shares no version with us or its statement does not hold on this
        ///   connection
        AwaitingProof onHello(Hello theirs) throws GreetingRefused {
            if (theirs.minVersion() > VERSION || theirs.maxVersion() < VERSION) {
                throw new GreetingRefused(
                        Goodbye.Code.VERSION,
                        "link versions " + theirs.minVersion() + " to " + theirs.maxVersion() + ", spoken is "
                                + VERSION);
            }
            Statement statement = verified(theirs.statement());
            if (statement.nodeId().equals(own.node())) {
                throw new GreetingRefused(Goodbye.Code.IDENTITY, "this is a link of the node to itself");
            }
            boolean mayForward = theirs.forwards() && own.mayCarryOthers(member);
            Neighbour neighbour =
                    new Neighbour(statement.nodeId(), member.uri(), mayForward, theirs.shard(), theirs.shardCount());
            return new AwaitingProof(own, hello, theirs, statement, neighbour);
        }

        /// The statement must be the TLS peer's own: anybody may have a copy of another's.
        private Statement verified(String compact) throws GreetingRefused {
            Statement statement;
            try {
                statement = Statement.verify(compact, own.identity().trust());
            } catch (Rejected e) {
                throw new GreetingRefused(Goodbye.Code.IDENTITY, "the statement does not hold: " + e.getMessage());
            }
            if (!statement.member().equals(member)
                    || !statement.certificate().getPublicKey().equals(certificateKey)) {
                throw new GreetingRefused(
                        Goodbye.Code.IDENTITY, "the statement was not signed by the key of this TLS connection");
            }
            return statement;
        }
    }

    /// @param ours what we said
    /// @param theirs what the neighbour said
    /// @param statement the neighbour's, verified
    /// @param neighbour its identity, once its proof holds
    record AwaitingProof(LinkIdentity own, Hello ours, Hello theirs, Statement statement, Neighbour neighbour)
            implements SessionState {
        /// What we send: made with our instance key for this neighbour and its nonce alone (PROTOCOL.md §3.3).
        Proof proof() {
            return new Proof(own.key()
                    .sign(Purpose.LINK, theirs.nonce(), ours.nonce(), bytes(neighbour.node()), bytes(own.node())));
        }

        /// @throws GreetingRefused if the neighbour does not hold the instance key of its statement
        Up onProof(Proof proof) throws GreetingRefused {
            boolean proven = statement
                    .key()
                    .verifies(
                            proof.signature(),
                            Purpose.LINK,
                            ours.nonce(),
                            theirs.nonce(),
                            bytes(own.node()),
                            bytes(neighbour.node()));
            if (!proven) {
                throw new GreetingRefused(
                        Goodbye.Code.IDENTITY, "the proof is not by the instance key of the statement");
            }
            return new Up(neighbour);
        }

        private static byte[] bytes(NodeId node) {
            return ByteBuffer.allocate(NodeId.BYTES)
                    .putLong(node.high())
                    .putLong(node.low())
                    .array();
        }
    }

    /// Packets flow.
    record Up(Neighbour neighbour) implements SessionState {}

    /// A goodbye was sent, or what the neighbour does no longer matters; it may close first, so that what we sent
    /// arrives.
    ///
    /// @param reason for the side that dialled
    record Ending(String reason) implements SessionState {}

    /// The connection is closed, or will be without our doing.
    record Ended() implements SessionState {}

    SecureRandom RANDOM = new SecureRandom();
}
