package io.hikyaku.call.tcp;

import io.hikyaku.call.CallMetrics;
import io.hikyaku.call.Outcomes;
import io.hikyaku.call.Problem;
import io.hikyaku.call.attempt.Replay;
import io.hikyaku.call.dial.Dial;
import io.hikyaku.call.dial.TargetEndpoint;
import io.hikyaku.call.dial.Targets;
import io.hikyaku.call.observe.Observation;
import io.hikyaku.call.socket.SocketOutput;
import io.hikyaku.call.socket.Splice;
import io.hikyaku.stream.Stream;
import io.hikyaku.stream.StreamHandler;
import io.hikyaku.stream.credit.MemoryBudget;
import io.hikyaku.wire.call.OpenMetadata;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One stream, joined to a connection to a target. What comes before the connection is there waits, and credit holds
/// the caller back meanwhile.
final class TargetCall implements StreamHandler, Splice.Owner, Dial.Waiter {
    private final Observation observation;
    private final Duration idleTimeout;
    private final Stream stream;
    private final Replay waiting;
    private final Dial dial;
    private @Nullable Splice splice;
    private @Nullable TargetEndpoint target;
    private boolean callerEnded;
    private boolean targetEnded;
    private boolean over;

    TargetCall(
            Targets targets,
            CallMetrics.Calls calls,
            Duration idleTimeout,
            MemoryBudget budget,
            Stream stream,
            OpenMetadata opened,
            String caller) {
        this.waiting = new Replay(budget);
        this.observation = calls.begin();
        observation.onBridge(caller, opened.caller());
        this.idleTimeout = idleTimeout;
        this.stream = stream;
        this.dial = new Dial(targets, opened.affinity(), this);
    }

    void start() {
        dial.start();
    }

    @Override
    public void onConnected(Channel channel, TargetEndpoint connected) {
        target = connected;
        connected.begin();
        Splice joined = new Splice(channel, new SocketOutput(channel), this, idleTimeout);
        splice = joined;
        channel.pipeline().addLast(joined);
        joined.from(stream);
        waiting.sendTo(data -> pass(data, joined));
        waiting.drop();
        if (callerEnded) {
            joined.end();
        }
    }

    @Override
    public void onFailed(ResetCode code, String detail) {
        if (!over) {
            stream.reset(code, detail);
            finish(Problem.of(code).code());
        }
    }

    @Override
    public void onData(ByteBuf data) {
        Splice to = splice;
        if (over) {
            data.release();
        } else if (to == null) {
            observation.onRequestBytes(data.readableBytes());
            waiting.hold(data);
        } else {
            observation.onRequestBytes(data.readableBytes());
            pass(data, to);
        }
    }

    private static void pass(ByteBuf data, Splice to) {
        int length = data.readableBytes();
        to.write(data);
        to.creditOnFlush(length);
    }

    @Override
    public void onEnd() {
        callerEnded = true;
        Splice to = splice;
        if (to != null) {
            to.end();
            finishIfEnded();
        }
    }

    @Override
    public void onReset(ResetCode code, String detail, boolean byPeer) {
        Splice to = splice;
        finish(Outcomes.CANCELLED);
        if (to == null) {
            dial.cancel();
        } else {
            to.abort();
        }
    }

    @Override
    public void onStalled(Duration since, long bytes) {
        observation.onStalled(since, bytes);
    }

    @Override
    public void onWritable() {
        Splice to = splice;
        if (to != null) {
            to.setReading(true);
        }
    }

    /// A TCP receiver that wants no more resets its connection, so this comes with one.
    @Override
    public void onStopSending() {}

    @Override
    public void onBytes(ByteBuf data) {
        Splice from = splice;
        if (over || from == null) {
            data.release();
        } else {
            observation.onResponseBytes(data.readableBytes());
            stream.write(data);
            from.setReading(stream.isWritable());
        }
    }

    @Override
    public void onSocketEnd() {
        targetEnded = true;
        stream.end();
        finishIfEnded();
    }

    @Override
    public void onSocketLost() {
        if (!over) {
            stream.reset(ResetCode.TARGET_TERMINATED, "");
            finish(Problem.TARGET_TERMINATED.code());
        }
    }

    @Override
    public void onIdle() {
        Splice from = splice;
        if (!over && from != null) {
            stream.reset(ResetCode.IDLE, "");
            finish(Outcomes.CUT_OFF);
            from.abort();
        }
    }

    private void finishIfEnded() {
        if (callerEnded && targetEnded) {
            finish(Outcomes.COMPLETED);
        }
    }

    private void finish(String outcome) {
        if (!over) {
            over = true;
            waiting.drop();
            observation.finish(outcome, 0);
            TargetEndpoint at = target;
            if (at != null) {
                at.finish();
            }
        }
    }
}
