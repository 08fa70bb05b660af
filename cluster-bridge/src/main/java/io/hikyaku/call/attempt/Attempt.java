package io.hikyaku.call.attempt;

import io.hikyaku.balance.Candidate;
import io.hikyaku.balance.EndpointLoad;
import io.hikyaku.call.Problem;
import io.hikyaku.call.attempt.Attempts.Caller;
import io.hikyaku.call.attempt.Attempts.Route;
import io.hikyaku.stream.StreamHandler;
import io.hikyaku.stream.StreamOpener;
import io.hikyaku.wire.call.OpenMetadata;
import io.hikyaku.wire.call.OpenMetadataFields;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One attempt. Sits between the stream and the caller so that the load hears of everything, whatever the caller makes
/// of it.
final class Attempt implements Candidate.Waiter, StreamHandler, Runnable {
    private static final int DEADLINE_ROOM = 16;

    private final Attempts owner;
    private final Route route;
    private final Caller caller;
    private final EndpointLoad load;
    private final int call;
    private @Nullable ScheduledFuture<?> timer;
    private boolean decided;
    private boolean answered;
    private boolean left;

    Attempt(Attempts owner, Route route, Caller caller, EndpointLoad load) {
        this.owner = owner;
        this.route = route;
        this.caller = caller;
        this.load = load;
        this.call = load.begin();
    }

    EndpointLoad load() {
        return load;
    }

    void start() {
        load.candidate().whenReady(this);
        if (!decided) {
            long nanos = route.context().openTimeout().toNanos();
            timer = owner.loop().schedule(this, nanos, TimeUnit.NANOSECONDS);
            owner.limitAlone();
        }
    }

    @Override
    public void onReady(StreamOpener opener) {
        if (decide()) {
            owner.onReady(this);
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
        OpenMetadataFields.writeDeadline(metadata, Math.clamp(left, 1, OpenMetadata.MAX_DEADLINE_MICROS));
        return metadata;
    }

    @Override
    public void onUnreachable(Problem why) {
        if (decide()) {
            if (why != Problem.OVERLOADED) {
                load.onUnreachable(call);
            }
            owner.onUnreachable(this, why);
        }
    }

    /// The wait has lasted too long.
    @Override
    public void run() {
        onUnreachable(Problem.UNREACHABLE);
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
            load.onReset(call, code);
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
        if (!left) {
            left = true;
            load.finish(call);
        }
    }

    private void onAnswer() {
        if (!answered && !left) {
            answered = true;
            load.onAnswer(call);
        }
    }

    /// @return whether the wait had not ended before
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
