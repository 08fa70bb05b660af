package io.hikyaku.channel;

import io.hikyaku.channel.Net.Raw;
import io.hikyaku.channel.handshake.LocalIdentity;
import io.hikyaku.net.NoLeaks;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Two nodes and the net between them, new for each test.
@ExtendWith(NoLeaks.class)
abstract class TwoNodes {
    static final Duration SOON = Duration.ofSeconds(1);

    @TempDir
    static Path directory;

    static LocalIdentity low;
    static LocalIdentity high;

    Net net;
    /// The node with the lower id.
    Net.Node left;

    Net.Node right;

    @BeforeAll
    static void makeIdentities() throws Exception {
        Identities identities = new Identities("demo", directory);
        LocalIdentity one = identities.cluster("one");
        LocalIdentity two = identities.cluster("two");
        boolean ordered = one.key().nodeId().compareTo(two.key().nodeId()) < 0;
        low = ordered ? one : two;
        high = ordered ? two : one;
    }

    @BeforeEach
    void join() {
        join(new Net(), 1, 1);
    }

    void join(Net theNet, int leftShards, int rightShards) {
        net = theNet;
        left = net.node(low, leftShards);
        right = net.node(high, rightShards);
    }

    /// A channel that the left node opened and that has become quiet.
    Raw connected() {
        Raw user = left.only().to(right.id());
        net.time.await("open", SOON, () -> user.opened == 1 && right.openChannels() == 1);
        net.time.run(SOON);
        return user;
    }

    Raw accepted() {
        return right.users.getLast();
    }
}
