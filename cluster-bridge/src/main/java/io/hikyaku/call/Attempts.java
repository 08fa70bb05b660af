package io.hikyaku.call;

import io.hikyaku.stream.Stream;
import io.hikyaku.stream.StreamHandler;
import io.hikyaku.stream.StreamOpener;
import io.hikyaku.wire.call.OpenMetadata;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One call's way to an exporter: opens its stream there, and elsewhere when that is refused before any effect, or
/// fails on the way and does no harm twice. At most three attempts, at exporters not tried before as long as there are
/// any. The exporter's seat hears how each goes. Belongs to its event loop.
public final class Attempts {
    static final int MAX_ATTEMPTS = 3;
    private static final int DEADLINE_ROOM = 16;

    /// Resets after which another try may well get an answer that this one did not get. A target that was too slow,
    /// or whose answer was not valid, is not asked again.
    private static final Set<ResetCode> WORTH_REPEATING =
            EnumSet.of(ResetCode.CHANNEL_LOST, ResetCode.LEAVING, ResetCode.TARGET_TERMINATED);

    /// Who calls. Resets come to it, since it alone knows whether what it sent can be sent again.
    public interface Caller extends StreamHandler {
        /// A stream is open: everything is to be written to it from the start.
        void onOpened(Stream stream);

        /// An attempt begins.
        ///
        /// @param cluster where it goes
        void onAttempt(String cluster);

        /// There is none, and no attempt will follow.
        void onProblem(Problem problem);

        /// What is left of the time that the call was given, in microseconds; 0: no limit.
        default long remainingMicros() {
            return 0;
        }
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
        route.candidates().onCall();
        Seat seat = route.candidates().pick(List.of());
        if (seat == null) {
            caller.onProblem(Problem.UNKNOWN_SERVICE);
        } else {
            attempt(seat);
        }
    }

    /// Makes another attempt after a reset, if the code and the bounds allow it. The caller may be called within,
    /// and sends everything from the start then.
    ///
    /// @param repeatable whether the call may run twice: it is idempotent, and the whole request is in hand
    /// @return false: the call has failed
    public boolean retryAfter(ResetCode code, boolean repeatable) {
        boolean mayHaveRun = !code.beforeAnyEffect();
        if (mayHaveRun && !(repeatable && WORTH_REPEATING.contains(code))) {
            return false;
        }
        Problem problem = Problem.of(code);
        Seat seat = nextSeat(mayHaveRun || code == ResetCode.REFUSED);
        if (seat == null || !route.candidates().allowRetry(problem, mayHaveRun)) {
            return false;
        }
        lastProblem = problem;
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
        caller.onAttempt(seat.candidate().label());
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
        if (seat == null || !route.candidates().allowRetry(problem, false)) {
            leave();
            caller.onProblem(problem);
        } else {
            attempt(seat);
        }
    }

    /// One try. Stands between the stream and the caller so that the seat hears of everything, whatever the caller
    /// makes of it.
    private final class Attempt implements Candidate.Waiter, StreamHandler, Runnable {
        private final Seat seat;
        private final int call;
        private @Nullable ScheduledFuture<?> timer;
        private boolean decided;
        private boolean answered;
        private boolean left;

        Attempt(Seat seat) {
            this.seat = seat;
            this.call = seat.begin();
        }

        void limitWait() {
            if (!decided) {
                long nanos = route.context().openTimeout().toNanos();
                timer = loop.schedule(this, nanos, TimeUnit.NANOSECONDS);
            }
        }

        @Override
        public void onReady(StreamOpener opener) {
            if (decide()) {
                caller.onOpened(opener.open(metadata(), this));
            }
        }

        private ByteBuf metadata() {
            ByteBuf fixed = Unpooled.wrappedBuffer(route.metadata());
            long left = caller.remainingMicros();
            if (left == 0) {
                return fixed;
            }
            ByteBuf metadata =
                    Unpooled.buffer(fixed.readableBytes() + DEADLINE_ROOM).writeBytes(fixed);
            OpenMetadata.writeDeadline(metadata, Math.clamp(left, 1, OpenMetadata.MAX_DEADLINE_MICROS));
            return metadata;
        }

        @Override
        public void onUnreachable(String detail) {
            if (decide()) {
                seat.onUnreachable(call);
                Attempts.this.onUnreachable();
            }
        }

        /// The wait has lasted too long.
        @Override
        public void run() {
            onUnreachable("No channel in time");
        }

        @Override
        public void onData(ByteBuf data) {
            onAnswer();
            caller.onData(data);
        }

        @Override
        public void onEnd() {
            onAnswer();
            caller.onEnd();
        }

        @Override
        public void onReset(ResetCode code, String detail, boolean byPeer) {
            if (!left) {
                seat.onReset(call, code);
            }
            caller.onReset(code, detail, byPeer);
        }

        @Override
        public void onWritable() {
            caller.onWritable();
        }

        @Override
        public void onStopSending() {
            caller.onStopSending();
        }

        void leave() {
            decide();
            left = true;
            seat.finish(call);
        }

        private void onAnswer() {
            if (!answered && !left) {
                answered = true;
                seat.onAnswer(call);
            }
        }

        /// @return whether this is the first answer to the wait
        private boolean decide() {
            boolean first = !decided;
            decided = true;
            ScheduledFuture<?> armed = timer;
            if (armed != null) {
                armed.cancel(false);
                timer = null;
            }
            return first;
        }
    }
}
