package io.hikyaku.call.attempt;

import io.hikyaku.balance.Candidates;
import io.hikyaku.balance.EndpointLoad;
import io.hikyaku.call.CallContext;
import io.hikyaku.call.Problem;
import io.hikyaku.stream.Stream;
import io.hikyaku.stream.StreamHandler;
import io.hikyaku.wire.call.Workload;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// How one call gets to an exporter: opens its stream there, and elsewhere if that is refused before any effect, or
/// fails on the path and repeating it is harmless. At most three attempts, at exporters not tried before as long as
/// there are any; those that only say that they have no target do not count. While it waits for a channel, it begins to
/// wait for others too, and goes to the first that is up:
/// nothing is sent before that, so the call is sent once. The exporter's load hears how each attempt goes. Belongs to
/// its event loop.
public final class Attempts {
    static final int MAX_ATTEMPTS = 3;
    /// Exporters without a target that are not counted: all bridges of a cluster lose the last one together, and
    /// this is known to the others a moment later.
    static final int MAX_WITHOUT_TARGET = 10;
    /// How long to wait for one channel alone: longer than a handshake takes around the world, far shorter than an
    /// unanswered one takes.
    static final Duration ALONE = Duration.ofMillis(750);

    /// Resets after which another attempt may well get the response that this one did not. A target that was too
    /// slow, or whose response was not valid, is not asked again.
    private static final Set<ResetCode> WORTH_REPEATING =
            EnumSet.of(ResetCode.CHANNEL_LOST, ResetCode.LEAVING, ResetCode.TARGET_TERMINATED);

    /// The caller's side. Resets come to it, since it alone knows whether what it sent can be sent again.
    public interface Caller extends StreamHandler {
        /// A stream is open: everything is to be written to it from the start.
        void onOpened(Stream stream);

        /// An attempt begins.
        ///
        /// @param cluster where it goes
        void onAttempt(String cluster);

        /// There is no stream, and no attempt will follow.
        void onProblem(Problem problem);

        /// What is left of the time that the call was given, in microseconds; 0: no limit.
        default long remainingMicros() {
            return 0;
        }
    }

    private final Route route;
    private final EventLoop loop;
    private final Caller caller;
    private List<EndpointLoad> tried = List.of();
    /// The attempt that the caller knows of: it has the stream, or has waited longest for its channel.
    private @Nullable Attempt current;
    /// Other attempts that wait for a channel.
    private List<Attempt> others = List.of();

    private @Nullable ScheduledFuture<?> alone;
    private @Nullable Problem lastProblem;
    private int count;
    private int withoutTarget;

    /// Where calls to one imported port go from one event loop, as all calls of a connection do.
    ///
    /// @param metadata what each stream is opened with
    /// @param caller that the metadata name
    /// @param affinity that the metadata name; empty: each call may go anywhere
    public record Route(
            Candidates candidates,
            byte[] metadata,
            CallContext context,
            Optional<Workload> caller,
            OptionalLong affinity) {
        @Nullable
        EndpointLoad pick(Collection<EndpointLoad> tried) {
            return affinity.isPresent() ? candidates.pickFor(affinity.getAsLong(), tried) : candidates.pick(tried);
        }
    }

    public Attempts(Route route, EventLoop loop, Caller caller) {
        this.route = route;
        this.loop = loop;
        this.caller = caller;
    }

    /// Makes the first attempt; may call the caller back synchronously.
    public void start() {
        start(null);
    }

    /// Makes the first attempt; may call the caller back synchronously.
    ///
    /// @param wanted where it is to go if that is still a candidate; null: anywhere
    public void start(@Nullable EndpointLoad wanted) {
        route.candidates().onCall();
        boolean there = wanted != null && route.candidates().has(wanted);
        EndpointLoad load = there ? wanted : route.pick(List.of());
        if (load == null) {
            caller.onProblem(Problem.UNKNOWN_SERVICE);
        } else {
            attempt(load);
        }
    }

    /// Makes another attempt after a reset, if the code and the bounds allow it. May call the caller back
    /// synchronously, which then sends everything from the start.
    ///
    /// @param repeatable whether the call may run twice: it is idempotent, and the whole request is in hand
    /// @return false: the call has failed
    public boolean retryAfter(ResetCode code, boolean repeatable) {
        boolean mayHaveRun = !code.beforeAnyEffect();
        if (mayHaveRun && !(repeatable && WORTH_REPEATING.contains(code))) {
            return false;
        }
        if (code == ResetCode.NO_TARGET && withoutTarget < MAX_WITHOUT_TARGET) {
            withoutTarget++;
            count--;
        }
        Problem problem = Problem.of(code);
        EndpointLoad load = nextSeat(mayHaveRun || code == ResetCode.REFUSED);
        if (load == null || !route.candidates().allowRetry(problem, mayHaveRun)) {
            return false;
        }
        lastProblem = problem;
        attempt(load);
        return true;
    }

    /// Where the call is now.
    ///
    /// @throws IllegalStateException if no attempt has a stream
    public EndpointLoad load() {
        Attempt at = current;
        if (at == null) {
            throw new IllegalStateException("A call that is nowhere");
        }
        return at.load();
    }

    EventLoop loop() {
        return loop;
    }

    /// The call is over, however it ended.
    public void finish() {
        leave();
    }

    private @Nullable EndpointLoad nextSeat(boolean alsoTried) {
        if (count >= MAX_ATTEMPTS) {
            return null;
        }
        Attempt last = current;
        if (last != null) {
            remember(last);
        }
        others.forEach(this::remember);
        EndpointLoad other = route.pick(tried);
        return other == null && alsoTried ? route.pick(List.of()) : other;
    }

    private void remember(Attempt attempt) {
        if (tried.isEmpty()) {
            tried = new ArrayList<>(MAX_ATTEMPTS);
        }
        if (!tried.contains(attempt.load())) {
            tried.add(attempt.load());
        }
    }

    private void attempt(EndpointLoad load) {
        leave();
        Attempt attempt = begin(load);
        lead(attempt);
        attempt.start();
    }

    private Attempt begin(EndpointLoad load) {
        count++;
        return new Attempt(this, route, caller, load);
    }

    private void lead(Attempt attempt) {
        current = attempt;
        caller.onAttempt(attempt.load().candidate().label());
    }

    private void leave() {
        Attempt left = current;
        current = null;
        if (left != null) {
            left.leave();
        }
        leaveOthers();
    }

    private void leaveOthers() {
        List<Attempt> left = others;
        others = List.of();
        left.forEach(Attempt::leave);
        ScheduledFuture<?> armed = alone;
        if (armed != null) {
            armed.cancel(false);
            alone = null;
        }
    }

    /// Waits for another channel as well, if this one does not come up soon.
    void limitAlone() {
        if (alone == null && count < MAX_ATTEMPTS) {
            alone = loop.schedule(this::waitElsewhereToo, ALONE.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void waitElsewhereToo() {
        alone = null;
        EndpointLoad load = nextSeat(false);
        if (load != null && route.candidates().allowRetry(Problem.UNREACHABLE, false)) {
            if (others.isEmpty()) {
                others = new ArrayList<>(MAX_ATTEMPTS);
            }
            Attempt attempt = begin(load);
            others.add(attempt);
            attempt.start();
        }
    }

    /// The first channel is up.
    void onReady(Attempt ready) {
        Attempt waited = current;
        if (!ready.equals(waited)) {
            others.remove(ready);
            if (waited != null) {
                waited.leave();
            }
            lead(ready);
        }
        leaveOthers();
    }

    /// An attempt that waits gets no channel.
    void onUnreachable(Attempt failed, Problem why) {
        failed.leave();
        remember(failed);
        if (!others.isEmpty()) {
            if (!others.remove(failed)) {
                lead(others.removeFirst());
            }
            limitAlone();
            return;
        }
        Problem problem = lastProblem == null ? why : lastProblem;
        EndpointLoad load = nextSeat(false);
        if (load == null || !route.candidates().allowRetry(problem, false)) {
            leave();
            caller.onProblem(problem);
        } else {
            attempt(load);
        }
    }
}
