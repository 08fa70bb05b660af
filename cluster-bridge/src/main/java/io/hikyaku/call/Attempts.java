package io.hikyaku.call;

import io.hikyaku.stream.Stream;
import io.hikyaku.stream.StreamHandler;
import io.hikyaku.stream.StreamOpener;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One call's way to an exporter: opens its stream there, and elsewhere when that is refused before any effect. At most
/// three attempts, at exporters not tried before as long as there are any. Belongs to its event loop.
public final class Attempts {
    private static final int MAX_ATTEMPTS = 3;

    /// Who calls. Resets come to it, since it alone knows whether what it sent can be sent again.
    public interface Caller extends StreamHandler {
        /// A stream is open: everything is to be written to it from the start.
        void onOpened(Stream stream);

        /// There is none, and no attempt will follow.
        void onProblem(Problem problem);
    }

    private final Route route;
    private final EventLoop loop;
    private final Caller caller;
    private List<Seat> tried = List.of();
    private @Nullable Attempt current;
    private @Nullable Problem lastProblem;
    private int count;

    /// Where the calls of one imported port go, on one event loop.
    ///
    /// @param metadata what each stream is opened with
    public record Route(Candidates candidates, byte[] metadata, CallContext context) {}

    public Attempts(Route route, EventLoop loop, Caller caller) {
        this.route = route;
        this.loop = loop;
        this.caller = caller;
    }

    /// Makes the first attempt; the caller may be called within.
    public void start() {
        Seat seat = route.candidates().pick(List.of());
        if (seat == null) {
            caller.onProblem(Problem.UNKNOWN_SERVICE);
        } else {
            attempt(seat);
        }
    }

    /// Makes another attempt after a reset, if the code and the bounds allow it. The caller may be called within.
    ///
    /// @return false: the call has failed
    public boolean retryAfter(ResetCode code) {
        if (!code.beforeAnyEffect()) {
            return false;
        }
        lastProblem = Problem.of(code);
        Seat seat = nextSeat(code == ResetCode.REFUSED);
        if (seat == null) {
            return false;
        }
        attempt(seat);
        return true;
    }

    /// The call is over, however it ended.
    public void finish() {
        leave();
    }

    private @Nullable Seat nextSeat(boolean alsoTried) {
        Attempt last = current;
        if (count >= MAX_ATTEMPTS || last == null) {
            return null;
        }
        if (tried.isEmpty()) {
            tried = new ArrayList<>(MAX_ATTEMPTS);
        }
        tried.add(last.seat);
        Seat other = route.candidates().pick(tried);
        return other == null && alsoTried ? route.candidates().pick(List.of()) : other;
    }

    private void attempt(Seat seat) {
        leave();
        count++;
        Attempt attempt = new Attempt(seat);
        current = attempt;
        seat.begin();
        seat.candidate().whenReady(attempt);
        attempt.limitWait();
    }

    private void leave() {
        Attempt left = current;
        if (left != null) {
            current = null;
            left.leave();
        }
    }

    private void onUnreachable() {
        Problem problem = lastProblem == null ? Problem.UNREACHABLE : lastProblem;
        Seat seat = nextSeat(false);
        if (seat == null) {
            leave();
            caller.onProblem(problem);
        } else {
            attempt(seat);
        }
    }

    private final class Attempt implements Candidate.Waiter, Runnable {
        private final Seat seat;
        private @Nullable ScheduledFuture<?> timer;
        private boolean answered;

        Attempt(Seat seat) {
            this.seat = seat;
        }

        void limitWait() {
            if (!answered) {
                long nanos = route.context().openTimeout().toNanos();
                timer = loop.schedule(this, nanos, TimeUnit.NANOSECONDS);
            }
        }

        @Override
        public void onReady(StreamOpener opener) {
            if (answer()) {
                caller.onOpened(opener.open(Unpooled.wrappedBuffer(route.metadata()), caller));
            }
        }

        @Override
        public void onUnreachable(String detail) {
            if (answer()) {
                Attempts.this.onUnreachable();
            }
        }

        /// The wait has lasted too long.
        @Override
        public void run() {
            onUnreachable("No channel in time");
        }

        void leave() {
            answer();
            seat.finish();
        }

        /// @return whether this is the first answer
        private boolean answer() {
            boolean first = !answered;
            answered = true;
            ScheduledFuture<?> armed = timer;
            if (armed != null) {
                armed.cancel(false);
                timer = null;
            }
            return first;
        }
    }
}
