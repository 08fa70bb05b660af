package io.hikyaku.link.admission;

import io.hikyaku.net.SourceCounts;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The connections of one listener that have not greeted yet. An attacker can open many of them and say nothing, even
/// from an address that honest neighbours share with it. So each source has only so many places, and all together have
/// only so many; but no connection is turned away for lack of one while another waits that has proven less. The one to
/// give way is drawn by lot among those of one source, so that an honest newcomer gets through a flood with some
/// probability each time it tries, however far away it is. What a handshake costs us is paced for each source.
/// Thread-safe.
///
/// @param <S> a connection
public final class PendingGreetings<S> {
    /// Sources remembered because a member has greeted from there.
    static final int MAX_KNOWN = 4096;

    /// Handshakes that one source may begin in a second, for each place that it may have.
    static final int HELLOS_PER_PLACE = 5;

    /// What a connection has done so far.
    enum Progress {
        /// Nothing beyond a SYN.
        CONNECTED,
        /// It has sent a `ClientHello`.
        BEGUN,
        /// It has proven that it is a member of the mesh.
        PROVEN
    }

    private final class Guest {
        final S connection;
        final Object source;
        Progress progress = Progress.CONNECTED;

        Guest(S connection, Object source) {
            this.connection = connection;
            this.source = source;
        }
    }

    private final int max;
    private final int maxPerSource;
    private final RandomGenerator random;
    private final Consumer<S> givesWay;
    private final Map<S, Guest> waiting = new LinkedHashMap<>();
    private final Map<Object, Set<Guest>> bySource = new HashMap<>();
    /// In the order of their last greeting.
    private final Set<Object> known = new LinkedHashSet<>();

    private final HelloPace pace;

    /// @param max in all
    /// @param maxPerSource of one source
    /// @param givesWay is to be closed; has left already
    public PendingGreetings(int max, int maxPerSource, RandomGenerator random, Consumer<S> givesWay) {
        this.max = max;
        this.maxPerSource = maxPerSource;
        this.random = random;
        this.givesWay = givesWay;
        this.pace = new HelloPace(HELLOS_PER_PLACE * maxPerSource);
    }

    /// @return whether it may stay, until [#leave]; false if all places that it could have are taken by proven
    ///     members
    public boolean enter(S newcomer, @Nullable SocketAddress from) {
        Object source = SourceCounts.sourceOf(from);
        Guest leaver = null;
        synchronized (this) {
            Set<Guest> same = bySource.getOrDefault(source, Set.of());
            if (same.size() >= maxPerSource) {
                leaver = byLot(same);
            } else if (waiting.size() >= max) {
                leaver = longestWaiting(source);
            }
            boolean full = same.size() >= maxPerSource || waiting.size() >= max;
            if (full && leaver == null) {
                return false;
            }
            if (leaver != null) {
                leave(leaver.connection);
            }
            Guest guest = new Guest(newcomer, source);
            waiting.put(newcomer, guest);
            bySource.computeIfAbsent(source, first -> new LinkedHashSet<>()).add(guest);
        }
        if (leaver != null) {
            givesWay.accept(leaver.connection);
        }
        return true;
    }

    /// It wants to begin its handshake.
    ///
    /// @return whether it may; false if its source has recently begun as many as it may
    public synchronized boolean begin(S connection, long nowNanos) {
        Guest guest = waiting.get(connection);
        if (guest == null || !pace.take(guest.source, nowNanos)) {
            return false;
        }
        guest.progress = Progress.BEGUN;
        return true;
    }

    /// It is a member of the mesh.
    public synchronized void proven(S connection) {
        Guest guest = waiting.get(connection);
        if (guest != null) {
            guest.progress = Progress.PROVEN;
            known.remove(guest.source);
            known.add(guest.source);
            if (known.size() > MAX_KNOWN) {
                known.remove(known.iterator().next());
            }
        }
    }

    /// It has greeted, or is gone. Calling this again does nothing.
    public synchronized void leave(S connection) {
        Guest guest = waiting.remove(connection);
        if (guest != null) {
            Set<Guest> same = bySource.getOrDefault(guest.source, Set.of());
            same.remove(guest);
            if (same.isEmpty()) {
                bySource.remove(guest.source);
            }
        }
    }

    public synchronized int size() {
        return waiting.size();
    }

    private @Nullable Guest byLot(Collection<Guest> guests) {
        List<Guest> least = new ArrayList<>();
        for (Guest guest : guests) {
            if (!least.isEmpty() && guest.progress.compareTo(least.getFirst().progress) < 0) {
                least.clear();
            }
            if (least.isEmpty() || guest.progress == least.getFirst().progress) {
                least.add(guest);
            }
        }
        Guest drawn = least.get(random.nextInt(least.size()));
        return drawn.progress == Progress.PROVEN ? null : drawn;
    }

    /// One of those that have proven least. A connection from where members come gives way only when no stranger
    /// waits, and never to a stranger.
    private @Nullable Guest longestWaiting(Object newcomer) {
        Guest best = null;
        for (Guest guest : waiting.values()) {
            if (best == null || rank(guest) < rank(best)) {
                best = guest;
            }
        }
        if (best == null || best.progress == Progress.PROVEN) {
            return null;
        }
        return known.contains(best.source) && !known.contains(newcomer) ? null : best;
    }

    private int rank(Guest guest) {
        int member = guest.progress == Progress.PROVEN || known.contains(guest.source) ? 1 : 0;
        return member * Progress.values().length + guest.progress.ordinal();
    }
}
