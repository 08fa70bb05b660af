package io.hikyaku.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.channel.Identities;
import io.hikyaku.channel.handshake.LocalIdentity;
import io.hikyaku.wire.stream.ResetCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnheardResetsTest {
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration DEAD = Duration.ofMinutes(5);

    @TempDir
    static Path directory;

    private static LocalIdentity tokyo;
    private static LocalIdentity osaka;

    private Pair pair;
    private final List<Recorder> accepted = new ArrayList<>();
    /// What the other side had heard each time that this one was told.
    private final List<@Nullable ResetCode> told = new ArrayList<>();

    @BeforeAll
    static void makeIdentities() throws Exception {
        Identities identities = new Identities("demo", directory);
        tokyo = identities.cluster("tokyo");
        osaka = identities.cluster("osaka");
    }

    @BeforeEach
    void join() {
        pair = new Pair(tokyo, osaka);
        pair.right.acceptor = (stream, opened) -> {
            Recorder recorder = new Recorder(stream);
            accepted.add(recorder);
            return recorder;
        };
    }

    private Recorder opened() {
        int before = accepted.size();
        Recorder caller = pair.left.open("shop/orders");
        pair.time.await("accepted", SOON, () -> accepted.size() > before);
        return caller;
    }

    private void reset(Recorder caller) {
        caller.stream()
                .reset(ResetCode.CANCELLED, "", () -> told.add(accepted.isEmpty() ? null : accepted.getFirst().reset));
    }

    @Test
    void whoResetsIsToldOnceTheOtherSideHasHeard() {
        Recorder caller = opened();

        reset(caller);

        assertEquals(List.of(), told);
        pair.time.await("told", SOON, () -> !told.isEmpty());
        assertEquals(List.of(ResetCode.CANCELLED), told);
    }

    @Test
    void nobodyIsToldAsLongAsTheOtherSideDoesNotAnswer() {
        Recorder caller = opened();
        pair.right.fault = Pair::swallow;

        reset(caller);

        pair.time.await("heard there", SOON, () -> accepted.getFirst().reset != null);
        assertEquals(List.of(), told);
    }

    @Test
    void allAreToldWhenTheChannelIsGone() {
        Recorder first = opened();
        Recorder second = opened();
        pair.left.fault = Pair::swallow;

        reset(first);
        pair.time.await("told", DEAD, () -> !told.isEmpty());
        reset(second);

        assertEquals(2, told.size());
    }

    @Test
    void whatWasNeverOpenedThereHasNobodyWhoCouldHear() {
        Recorder caller = pair.left.open("shop/orders");

        reset(caller);

        assertEquals(1, told.size());
    }
}
