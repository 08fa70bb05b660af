package io.hikyaku.link.session;

import java.time.Duration;

/// Whether the neighbour is alive, and how far away it is (PROTOCOL.md §3.4). A neighbour that was sent something and
/// is not heard for a moment is pinged at once, any other once in an interval, and one on a link that has carried
/// nothing for a few intervals less often, since metered links are paid for by the byte. A ping that remains unanswered
/// for longer than the measured round trip explains makes the neighbour doubted, and after a longer silence it counts
/// as dead.
///
/// ```
///  at rest ──(interval over, or something sent and nothing heard)──▶ probing ──(probe overdue)──▶ doubted ──▶ dead
///     ▲                                                                 │                           │
///     └────────────────────────────── any byte ─────────────────────────┴───────────────────────────┘
/// ```
///
/// Counts turns of a timer in which nothing was heard, rather than comparing times: a process that was suspended, or
/// whose clock leapt, must not take its neighbour for dead before it has read what waits in the socket. Its round trip
/// may be read by any thread; all else belongs to the link's event loop.
final class Keepalive {
    /// How long a neighbour that was sent something may be silent before it is pinged.
    static final Duration QUIET = Duration.ofMillis(250);
    /// An answer may take this long, however near the neighbour is: it may be collecting garbage, or waiting for a
    /// core.
    static final Duration MIN_PROBE = Duration.ofMillis(500);

    /// The least that an answer may take while another link to the same neighbour gets none.
    static final Duration SIBLING = Duration.ofMillis(100);

    /// Intervals in which nothing was sent until a link counts as idle.
    static final int IDLE_AFTER = 5;
    /// How many intervals an idle link goes without a ping.
    static final int IDLE_FACTOR = 8;
    /// And no longer than this, unless the interval itself is: middleboxes forget connections that are at rest.
    static final Duration MAX_IDLE = Duration.ofSeconds(30);

    /// A distant neighbour is dead after this many times what an answer may take.
    private static final int PROBES = 4;
    /// Before anything was measured.
    private static final long UNMEASURED_NANOS = Duration.ofSeconds(2).toNanos();

    /// At most this, however long one answer took.
    private static final long MAX_PROBE_NANOS = Duration.ofSeconds(10).toNanos();

    /// A shorter round trip counts more than a longer one: what delays a ping is mostly not the path.
    private static final int DOWN = 2;

    private static final int UP = 8;
    private static final int DEVIATION_SHARE = 4;
    private static final int DEVIATIONS = 4;
    private static final long NONE = -1;

    /// What is to be done at the end of a turn.
    public enum Verdict {
        REST,
        PING,
        DEAD
    }

    private final long intervalNanos;
    private final long quietNanos;
    private final long minProbeNanos;
    private final long deadAfterNanos;
    private final long startNanos;

    private long turnNanos;
    private long turnEndsAt;
    private boolean heard;
    private boolean sent;
    private int unaskedPings;
    private boolean probing;
    private boolean doubted;
    private long silentNanos;
    private long pingedAt;

    private long expectedNanos = NONE;
    private long deviationNanos;
    private volatile long roundTripMicros = NONE;

    Keepalive(Duration interval, Duration deadAfter, long nowNanos) {
        intervalNanos = interval.toNanos();
        deadAfterNanos = deadAfter.toNanos();
        quietNanos = Math.min(QUIET.toNanos(), Math.ceilDiv(intervalNanos, 2));
        minProbeNanos = Math.min(MIN_PROBE.toNanos(), Math.ceilDiv(deadAfterNanos, PROBES));
        startNanos = nowNanos;
        pingedAt = nowNanos;
    }

    /// Any byte counts: a large packet on a slow line is a sign of life for as long as it takes.
    ///
    /// @return whether the neighbour was doubted until now
    boolean onBytes() {
        heard = true;
        boolean cleared = doubted;
        doubted = false;
        return cleared;
    }

    /// Something was sent that will be answered, over whichever path.
    ///
    /// @return whether a shorter turn is to begin now
    boolean onSent() {
        boolean first = !sent;
        sent = true;
        unaskedPings = 0;
        return first && !probing && turnNanos > quietNanos;
    }

    /// A ping leaves now; only its answer or the next one's, or any other byte, ends the doubt.
    ///
    /// @return its token: the time of leaving, so that round trips longer than the interval, with several pings in
    ///     flight, are measured too
    long onPing(long nowNanos) {
        probing = true;
        pingedAt = nowNanos;
        unaskedPings++;
        return nowNanos - startNanos;
    }

    /// Another link to the same neighbour does not answer, so this one is asked, and has only the time of a round
    /// trip to answer before it is doubted too.
    ///
    /// @return the token of the ping that leaves now
    long onSiblingDoubted(long nowNanos) {
        long patience = expectedNanos == NONE ? SIBLING.toNanos() : expectedWithin(SIBLING.toNanos());
        silentNanos = Math.max(silentNanos, probeNanos() - patience);
        return onPing(nowNanos);
    }

    /// A turn begins, perhaps before the one before is over.
    ///
    /// @return how long it lasts
    Duration beginTurn(long nowNanos) {
        heard = false;
        if (probing) {
            long toDoubt = probeNanos() - silentNanos;
            turnNanos = toDoubt > 0 ? toDoubt : Math.min(probeNanos(), Math.max(1, deadNanos() - silentNanos));
        } else {
            turnNanos = sent ? quietNanos : Math.max(quietNanos, pingedAt + interval() - nowNanos);
        }
        turnEndsAt = nowNanos + turnNanos;
        return Duration.ofNanos(turnNanos);
    }

    /// The turn is over.
    Verdict onTurn(long nowNanos) {
        boolean asked = sent;
        sent = false;
        if (heard) {
            probing = false;
            silentNanos = 0;
        } else if (probing) {
            silentNanos += turnNanos;
            boolean late = nowNanos - turnEndsAt > quietNanos; // we were suspended: nobody can have been heard
            doubted |= silentNanos >= probeNanos() && !late;
        }
        if (probing) {
            return silentNanos >= deadNanos() ? Verdict.DEAD : again(nowNanos);
        }
        sent = asked && heard; // what was answered in this turn may have been sent before: look once more
        return asked && !heard ? Verdict.PING : again(nowNanos);
    }

    private Verdict again(long nowNanos) {
        return nowNanos - pingedAt >= interval() ? Verdict.PING : Verdict.REST;
    }

    private long interval() {
        boolean idle = unaskedPings > IDLE_AFTER && !probing;
        long idleNanos = Math.min(IDLE_FACTOR * intervalNanos, MAX_IDLE.toNanos());
        return idle ? Math.max(intervalNanos, idleNanos) : intervalNanos;
    }

    /// Whether a ping is overdue; until something is heard.
    boolean isDoubted() {
        return doubted;
    }

    /// The greeting was answered: not yet a measurement, for it includes the work of both sides.
    void onGreeting(long nanos) {
        if (expectedNanos == NONE) {
            expect(Math.max(1, nanos));
        }
    }

    /// A token that no recent ping can have had is ignored.
    void onPong(long token, long nowNanos) {
        long nanos = nowNanos - startNanos - token;
        if (token < 0 || nanos < 0 || nanos > 2 * deadNanos()) {
            return;
        }
        expect(Math.max(1, nanos));
        long sample = Math.max(1, nanos / 1_000);
        long smoothed = roundTripMicros;
        int share = sample < smoothed ? DOWN : UP;
        roundTripMicros = smoothed == NONE ? sample : Math.max(1, smoothed + (sample - smoothed) / share);
    }

    private void expect(long nanos) {
        if (expectedNanos == NONE) {
            expectedNanos = nanos;
            deviationNanos = nanos / DEVIATION_SHARE;
        } else {
            deviationNanos += (Math.max(0, nanos - expectedNanos) - deviationNanos) / DEVIATION_SHARE;
            expectedNanos += (nanos - expectedNanos) / (nanos < expectedNanos ? DOWN : UP);
        }
    }

    /// How long an answer may take.
    private long probeNanos() {
        long expected = expectedNanos == NONE ? UNMEASURED_NANOS : expectedWithin(quietNanos);
        return Math.clamp(expected, minProbeNanos, MAX_PROBE_NANOS);
    }

    /// The least margin is added, and is no bound on the sum: however far and steady the neighbour is, it has to
    /// wait for a core like one nearby (RFC 6298 §2.3, RFC 9002 §6.2.1).
    private long expectedWithin(long leastMargin) {
        return expectedNanos + Math.max(DEVIATIONS * deviationNanos, leastMargin);
    }

    private long deadNanos() {
        return expectedNanos == NONE ? deadAfterNanos : Math.max(deadAfterNanos, PROBES * probeNanos());
    }

    /// The length of silence after which the neighbour counts as dead.
    Duration patience() {
        return Duration.ofNanos(deadNanos());
    }

    /// Smoothed, −1 before the first measurement; any thread.
    long roundTripMicros() {
        return roundTripMicros;
    }
}
