package io.hikyaku.policy;

import io.hikyaku.call.Candidate;
import io.hikyaku.call.Candidates;
import io.hikyaku.call.Seat;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Picks the candidate with the fewest calls outstanding, those with equal numbers in turn. The same object as long as
/// its balancer lives, so that a listener finds it once, not per call.
final class LeastOutstanding implements Candidates {
    private List<CountedSeat> seats = List.of();
    private int next;

    /// Puts these in place of the ones before; counts of those that stay are kept.
    void update(List<? extends Candidate> candidates) {
        List<CountedSeat> updated = new ArrayList<>(candidates.size());
        for (Candidate candidate : candidates) {
            updated.add(seatOf(candidate));
        }
        seats = updated;
    }

    int outstanding(Candidate candidate) {
        return seats.stream()
                .filter(seat -> seat.candidate.equals(candidate))
                .mapToInt(seat -> seat.outstanding)
                .sum();
    }

    @Override
    public @Nullable Seat pick(Collection<Seat> tried) {
        CountedSeat best = null;
        int count = seats.size();
        for (int i = 0; i < count; i++) {
            CountedSeat seat = seats.get((next + i) % count);
            if ((best == null || seat.outstanding < best.outstanding) && !tried.contains(seat)) {
                best = seat;
            }
        }
        next = count == 0 ? 0 : (next + 1) % count;
        return best;
    }

    private CountedSeat seatOf(Candidate candidate) {
        for (CountedSeat seat : seats) {
            if (seat.candidate.equals(candidate)) {
                return seat;
            }
        }
        return new CountedSeat(candidate);
    }

    private static final class CountedSeat implements Seat {
        private final Candidate candidate;
        private int outstanding;

        CountedSeat(Candidate candidate) {
            this.candidate = candidate;
        }

        @Override
        public Candidate candidate() {
            return candidate;
        }

        @Override
        public void begin() {
            outstanding++;
        }

        @Override
        public void finish() {
            if (outstanding == 0) {
                throw new IllegalStateException("More calls finished than begun at " + candidate.label());
            }
            outstanding--;
        }
    }
}
