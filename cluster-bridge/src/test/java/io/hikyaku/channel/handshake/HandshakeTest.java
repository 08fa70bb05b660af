package io.hikyaku.channel.handshake;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.channel.Identities;
import io.hikyaku.channel.handshake.Handshake.Failed;
import io.hikyaku.channel.handshake.Handshake.Result;
import io.hikyaku.identity.InstanceKey;
import io.hikyaku.identity.Member;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.NodeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who may have a channel with whom, PROTOCOL.md §5.2.
class HandshakeTest {
    private static final long CHANNEL = 42;

    @TempDir
    static Path directory;

    private static LocalIdentity tokyo;
    private static LocalIdentity osaka;
    private static LocalIdentity stranger;

    @BeforeAll
    static void makeIdentities() throws Exception {
        Identities demo = new Identities("demo", directory.resolve("demo"));
        tokyo = demo.cluster("tokyo");
        osaka = demo.cluster("osaka");
        stranger = new Identities("other", directory.resolve("other")).cluster("osaka");
    }

    /// Two handshakes that talk until neither has anything to say.
    private static class Talk {
        final Handshake initiator;
        final Handshake responder;

        @Nullable
        Result ofInitiator;

        @Nullable
        Result ofResponder;

        String failure = "";

        Talk(Handshake initiator, Handshake responder) {
            this.initiator = initiator;
            this.responder = responder;
        }

        Talk run() {
            byte[] toInitiator = {};
            boolean first = true;
            while (failure.isEmpty()) {
                Result one = advance(initiator, toInitiator);
                ofInitiator = one == null ? ofInitiator : one;
                byte[] toResponder = onTheWay(initiator.takeOutput());
                if (toResponder.length == 0 && !first || !failure.isEmpty()) {
                    return this;
                }
                first = false;
                Result two = advance(responder, toResponder);
                ofResponder = two == null ? ofResponder : two;
                toInitiator = responder.takeOutput();
                if (toInitiator.length == 0) {
                    return this;
                }
            }
            return this;
        }

        byte[] onTheWay(byte[] bytes) {
            return bytes;
        }

        private @Nullable Result advance(Handshake handshake, byte[] bytes) {
            try {
                return handshake.advance(bytes);
            } catch (Failed | Malformed e) {
                failure = String.valueOf(e.getMessage());
                return null;
            }
        }
    }

    private static Handshake initiator(LocalIdentity self, NodeId peer) {
        return new Handshake(self, peer, CHANNEL, true, 2, 1000);
    }

    private static Handshake responder(LocalIdentity self, NodeId peer) {
        return new Handshake(self, peer, CHANNEL, false, 3, 2000);
    }

    private static NodeId id(LocalIdentity identity) {
        return identity.key().nodeId();
    }

    private static Talk between(LocalIdentity one, LocalIdentity two) {
        return new Talk(initiator(one, id(two)), responder(two, id(one))).run();
    }

    private static void assertFails(String why, Talk talk) {
        assertTrue(talk.failure.contains(why), talk.failure);
        assertTrue(talk.ofInitiator == null || talk.ofResponder == null);
    }

    @Test
    void bothSidesLearnTheSameSecretAndEachOther() {
        // When
        Talk talk = between(tokyo, osaka);

        // Then
        Result one = Objects.requireNonNull(talk.ofInitiator, talk.failure);
        Result two = Objects.requireNonNull(talk.ofResponder, talk.failure);
        assertArrayEquals(one.secret(), two.secret());
        assertEquals(new Peer(id(osaka), Member.cluster("demo", "osaka"), 3), one.peer());
        assertEquals(new Peer(id(tokyo), Member.cluster("demo", "tokyo"), 2), two.peer());
        assertEquals(2000, one.greeting().initialCredit());
        assertEquals(1000, two.greeting().initialCredit());
    }

    @Test
    void eachHandshakeHasASecretOfItsOwn() {
        Result one = Objects.requireNonNull(between(tokyo, osaka).ofInitiator);
        Result two = Objects.requireNonNull(between(tokyo, osaka).ofInitiator);
        assertFalse(Arrays.equals(one.secret(), two.secret()));
    }

    @Test
    void aMemberOfAnotherMeshIsRefusedInEitherRole() {
        assertFails("TLS", between(tokyo, stranger));
        assertFails("TLS", between(stranger, tokyo));
    }

    @Test
    void aPeerWithANodeIdThatIsNotItsOwnIsRefused() {
        NodeId claimed = InstanceKey.generate().nodeId();
        assertFails("instance key", new Talk(initiator(tokyo, claimed), responder(osaka, id(tokyo))).run());
        assertFails("has node id", new Talk(initiator(tokyo, id(osaka)), responder(osaka, claimed)).run());
    }

    @Test
    void theStatementOfAnotherClusterIsRefused() {
        LocalIdentity thief = new LocalIdentity(osaka.key(), osaka.tls(), tokyo.statement(), osaka.trust());
        assertFails("not by the certificate shown", between(thief, tokyo));
        assertFails("not by the certificate shown", between(tokyo, thief));
    }

    @Test
    void theStatementOfAnotherInstanceIsWorthNothingWithoutItsKey() {
        // Given an instance with the same certificate that shows the statement of its sibling
        InstanceKey own = InstanceKey.generate();
        LocalIdentity sibling = new LocalIdentity(own, osaka.tls(), osaka.statement(), osaka.trust());

        // When it claims the sibling's address
        Talk talk = new Talk(initiator(tokyo, id(osaka)), responder(sibling, id(tokyo))).run();

        // Then
        assertFails("does not have the instance key", talk);
    }

    @Test
    void aGreetingForAnotherChannelIsRefused() {
        Handshake other = new Handshake(osaka, id(tokyo), CHANNEL + 1, false, 3, 2000);
        assertFails("does not have the instance key", new Talk(initiator(tokyo, id(osaka)), other).run());
    }

    @Test
    void theBytesOfAnEarlierHandshakeOpenNoChannel() {
        // Given all that an initiator said once
        java.io.ByteArrayOutputStream said = new java.io.ByteArrayOutputStream();
        Talk recorded = new Talk(initiator(tokyo, id(osaka)), responder(osaka, id(tokyo))) {
            @Override
            byte[] onTheWay(byte[] bytes) {
                said.writeBytes(bytes);
                return bytes;
            }
        }.run();
        assertNotNull(recorded.ofResponder);

        // When it is said again to a new responder
        Handshake responder = responder(osaka, id(tokyo));
        Result result = null;
        try {
            result = responder.advance(said.toByteArray());
        } catch (Failed | Malformed e) {
            assertNotNull(e.getMessage());
        }

        // Then
        assertNull(result);
    }

    /// A few bytes of TLS's framing mean nothing and may change; then both sides must still agree on everything.
    @Test
    void bytesChangedOnTheWayEndTheHandshakeOrChangeNothing() {
        long first = Long.getLong("hikyaku.seed", System.nanoTime());
        int failed = 0;
        for (long seed = first; seed < first + 60; seed++) {
            String when = "-Dhikyaku.seed=" + seed;
            Random random = new Random(seed);
            int flight = random.nextInt(2);
            Talk talk = new Talk(initiator(tokyo, id(osaka)), responder(osaka, id(tokyo))) {
                private int flights;

                @Override
                byte[] onTheWay(byte[] bytes) {
                    if (flights++ == flight && bytes.length > 0) {
                        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                    }
                    return bytes;
                }
            };
            assertTimeoutPreemptively(Duration.ofSeconds(20), talk::run, when);
            if (talk.ofResponder == null) {
                failed++;
            } else {
                assertArrayEquals(
                        Objects.requireNonNull(talk.ofInitiator, when).secret(), talk.ofResponder.secret(), when);
            }
        }
        assertTrue(failed > 30, failed + " failed");
    }

    @Test
    void garbageEndsTheHandshake() {
        long first = Long.getLong("hikyaku.seed", System.nanoTime());
        for (long seed = first; seed < first + 100; seed++) {
            byte[] bytes = new byte[2000];
            new Random(seed).nextBytes(bytes);
            if (seed % 2 == 0) {
                bytes[0] = 0x15; // an alert: close_notify before anything else
                bytes[1] = 3;
                bytes[2] = 3;
                bytes[3] = 0;
                bytes[4] = 2;
                bytes[5] = 1;
                bytes[6] = 0;
            }
            Handshake responder = responder(osaka, id(tokyo));
            String when = "-Dhikyaku.seed=" + seed;
            Result result = assertTimeoutPreemptively(Duration.ofSeconds(20), () -> orNull(responder, bytes), when);
            assertNull(result, when);
        }
    }

    private static @Nullable Result orNull(Handshake handshake, byte[] bytes) {
        try {
            return handshake.advance(bytes);
        } catch (Failed | Malformed e) {
            assertNotNull(e.getMessage());
            return null;
        }
    }
}
