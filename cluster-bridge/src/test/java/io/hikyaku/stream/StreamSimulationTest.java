package io.hikyaku.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.channel.Identities;
import io.hikyaku.channel.handshake.LocalIdentity;
import io.hikyaku.config.limits.ChannelLimits;
import io.hikyaku.config.value.DataSize;
import io.hikyaku.net.NoLeaks;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Random conversations over a random path in virtual time, beside streams whose readers stand still for ever.
/// `-Dhikyaku.seed=N` gives one of them again.
@ExtendWith(NoLeaks.class)
class StreamSimulationTest {
    private static final int ROUNDS = 60;
    private static final Duration TALK = Duration.ofSeconds(30);
    /// Longer than a channel takes to notice that it is dead: twice `deadAfter`, and a handshake.
    private static final Duration SETTLE = Duration.ofSeconds(35);

    @TempDir
    static Path directory;

    private static LocalIdentity low;
    private static LocalIdentity high;

    @BeforeAll
    static void makeIdentities() throws Exception {
        Identities identities = new Identities("demo", directory);
        LocalIdentity one = identities.cluster("one");
        LocalIdentity two = identities.cluster("two");
        boolean ordered = one.key().nodeId().compareTo(two.key().nodeId()) < 0;
        low = ordered ? one : two;
        high = ordered ? two : one;
    }

    private static void eachSeed(LongConsumer test) {
        String given = System.getProperty("hikyaku.seed");
        long first = given == null ? System.nanoTime() : Long.parseLong(given);
        for (long seed = first; seed < first + (given == null ? ROUNDS : 1); seed++) {
            try {
                test.accept(seed);
            } catch (AssertionError | RuntimeException | Party.BrokenPromise e) {
                throw new AssertionError("Give it back with -Dhikyaku.seed=" + seed, e);
            }
        }
    }

    @Test
    void withoutLossEveryStreamEndsAsItsTwoEndsWant() {
        eachSeed(seed -> {
            // Given
            World world = new World(seed, 0);

            // When
            world.pair.time.run(TALK);

            // Then
            for (Party party : world.parties) {
                assertTrue(party.isOver(), party::toString);
                assertTrue(party.reset == null || party.mayBeReset(), party::toString);
            }
            assertTrue(world.stalledBytes() > 0, "nobody stood still");
            assertEquals(0, world.pair.left.counters.unauthentic.sum() + world.pair.right.counters.unauthentic.sum());
            world.assertQuiet();
        });
    }

    @Test
    void withLossAndChangedPacketsEveryByteIsRightAndEveryStreamEndsInTime() {
        eachSeed(seed -> {
            // Given
            World world = new World(seed, 1 + (int) Math.floorMod(seed, 30L));

            // When
            world.pair.time.run(TALK);
            world.lossPerMille = 0;
            world.pair.time.run(SETTLE);

            // Then
            for (Party party : world.parties) {
                assertTrue(party.isOver(), party::toString);
            }
            world.assertQuiet();
        });
    }

    @Test
    void aPathThatDiesForeverEndsEveryStream() {
        eachSeed(seed -> {
            // Given
            World world = new World(seed, 0);
            world.pair.time.run(Duration.ofMillis(Math.floorMod(seed, 2000L)));

            // When
            world.lossPerMille = 1000;
            world.pair.time.run(TALK.plus(SETTLE));

            // Then
            for (Party party : world.parties) {
                assertTrue(party.isOver(), party::toString);
            }
            world.assertQuiet();
        });
    }

    /// Two nodes, what they say, and the path between them.
    private static final class World {
        final Pair pair;
        final List<Party> parties = new ArrayList<>();
        int lossPerMille;
        private final Random random;
        private final Random path;
        private final Map<String, Party> expected = new HashMap<>();
        private final Map<String, StalledEnd> stalling = new HashMap<>();
        private final List<StalledEnd.Reader> stalled = new ArrayList<>();
        private final int maxDelayMillis;
        private final int repeatedPerCent;

        World(long seed, int lossPerMille) {
            this.lossPerMille = lossPerMille;
            random = new Random(seed);
            path = new Random(~seed);
            pair = new Pair(low, high, limits(4 << random.nextInt(5)));
            maxDelayMillis = 1 + random.nextInt(random.nextBoolean() ? 5 : 200);
            repeatedPerCent = random.nextInt(3) * 5;
            int work = 1 + random.nextInt(50_000_000);
            pair.time.workNanos = () -> path.nextInt(work);
            for (Pair.Side side : List.of(pair.left, pair.right)) {
                Pair.Side other = side == pair.left ? pair.right : pair.left;
                side.fault = packet -> onTheWay(side, other, packet);
                side.acceptor = this::accept;
            }
            int conversations = 1 + random.nextInt(12);
            for (int i = 0; i < conversations; i++) {
                begin(i, random.nextBoolean() ? pair.left : pair.right);
            }
            int readers = 1 + random.nextInt(random.nextInt(8) == 0 ? 40 : 5);
            for (int i = 0; i < readers; i++) {
                stall(i, random.nextBoolean() ? pair.left : pair.right);
            }
        }

        private static ChannelLimits limits(int windowMiB) {
            ChannelLimits d = ChannelLimits.DEFAULTS;
            return new ChannelLimits(
                    d.handshakeTimeout(),
                    d.keepaliveInterval(),
                    d.deadAfter(),
                    d.gapTimeout(),
                    d.reorderWindow(),
                    DataSize.ofMiB(windowMiB),
                    200);
        }

        /// A stream whose reader is at its opener's end, as in a download, or at the other, as in an upload.
        private void stall(int number, Pair.Side opener) {
            StalledEnd.Reader reader = new StalledEnd.Reader(random.nextBoolean() ? 0 : random.nextInt(1_500_000));
            StalledEnd.Writer writer = new StalledEnd.Writer();
            boolean download = random.nextBoolean();
            String name = "stalled " + number;
            stalled.add(reader);
            stalling.put(name, download ? writer : reader);
            StalledEnd here = download ? reader : writer;
            pair.time.after(
                    random.nextInt(1_500) * 1_000_000L,
                    () -> opener.whenConnected(here, mux -> here.starts(mux.open(Recorder.bytes(name), here))));
        }

        long stalledBytes() {
            return stalled.stream().mapToLong(StalledEnd.Reader::held).sum();
        }

        private void begin(int number, Pair.Side opener) {
            Party calling = new Party(pair.time, new Random(random.nextLong()), 2L * number);
            Party called = new Party(pair.time, new Random(random.nextLong()), 2L * number + 1);
            calling.join(called);
            expected.put("conversation " + number, called);
            pair.time.after(random.nextInt(1_500) * 1_000_000L, () -> {
                parties.add(calling);
                String name = "conversation " + number;
                opener.whenConnected(calling, mux -> calling.starts(mux.open(Recorder.bytes(name), calling)));
            });
        }

        private StreamHandler accept(Stream stream, ByteBuf metadata) {
            String name = metadata.toString(StandardCharsets.UTF_8);
            StalledEnd still = stalling.remove(name);
            if (still != null) {
                still.starts(stream);
                return still;
            }
            Party called = expected.remove(name);
            if (called == null) {
                throw new Party.BrokenPromise("opened twice");
            }
            parties.add(called);
            called.starts(stream);
            return called;
        }

        private @Nullable ByteBuf onTheWay(Pair.Side from, Pair.Side to, ByteBuf packet) {
            from.delay = Duration.ofNanos(1 + path.nextInt(maxDelayMillis * 1_000_000));
            if (path.nextInt(100) < repeatedPerCent) {
                to.deliver(packet.copy());
            }
            if (path.nextInt(1000) >= lossPerMille) {
                return packet;
            }
            if (path.nextBoolean()) {
                return Pair.swallow(packet);
            }
            int at = Math.min(60, packet.readableBytes() - 1) + path.nextInt(Math.max(1, packet.readableBytes() - 60));
            at = Math.min(at, packet.readableBytes() - 1);
            packet.setByte(packet.readerIndex() + at, packet.getByte(packet.readerIndex() + at) ^ 1 << path.nextInt(8));
            return packet;
        }

        /// Every gauge is zero, and after the end of the channels every budget and timer too.
        void assertQuiet() {
            stalled.forEach(StalledEnd::giveUp);
            pair.time.run(SETTLE);
            assertTrue(pair.isQuiet(), () -> pair.left.streams.open() + " and " + pair.right.streams.open() + " open");
            pair.left.channels.close();
            pair.time.run(Duration.ofSeconds(25));
            pair.right.channels.close();
            pair.time.run(Duration.ofSeconds(25));
            assertEquals(0, pair.left.budget.reserved());
            assertEquals(0, pair.right.budget.reserved());
            assertEquals(0, pair.time.pending());
            assertNull(pair.left.channels.open().stream().findAny().orElse(null));
        }
    }
}
