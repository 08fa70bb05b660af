package io.hikyaku.call.tcp;

import io.hikyaku.call.CallMetrics;
import io.hikyaku.call.Outcomes;
import io.hikyaku.call.Problem;
import io.hikyaku.call.attempt.Attempts;
import io.hikyaku.call.attempt.Replay;
import io.hikyaku.call.observe.Observation;
import io.hikyaku.call.socket.SocketOutput;
import io.hikyaku.call.socket.Splice;
import io.hikyaku.stream.Stream;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One caller's TCP connection, joined to a stream. Until the service has sent something, and as long as everything the
/// caller sent is in hand, a refusal at one exporter does not end it.
final class TcpCall implements Attempts.Caller, Splice.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(TcpCall.class);

    private final Observation observation;
    private final Attempts attempts;
    private final Splice splice;
    private final Replay replay;
    private @Nullable Stream stream;
    private boolean callerEnded;
    private boolean serviceSpoke;
    private boolean serviceEnded;
    private boolean over;

    TcpCall(Channel socket, Attempts.Route route, CallMetrics.Calls calls) {
        this.observation = calls.begin();
        observation.onCaller(route.caller());
        this.replay = new Replay(route.context().budget());
        this.attempts = new Attempts(route, socket.eventLoop(), this);
        this.splice = new Splice(
                socket, new SocketOutput(socket), this, route.context().limits().tcpIdleTimeout());
    }

    Splice splice() {
        return splice;
    }

    void start() {
        if (!over) {
            attempts.start();
        }
    }

    @Override
    public void onOpened(Stream opened) {
        if (over) {
            opened.reset(ResetCode.CANCELLED, "");
            return;
        }
        stream = opened;
        splice.from(opened);
        replay.sendTo(opened::write);
        if (callerEnded) {
            opened.end();
        }
        splice.setReading(opened.isWritable());
    }

    @Override
    public void onAttempt(String cluster) {
        observation.onPeer(cluster);
    }

    @Override
    public void onProblem(Problem problem) {
        fail(problem.code());
    }

    @Override
    public void onData(ByteBuf data) {
        serviceSpoke = true;
        observation.onResponseBytes(data.readableBytes());
        replay.drop();
        int length = data.readableBytes();
        splice.write(data);
        splice.creditOnFlush(length);
    }

    @Override
    public void onEnd() {
        serviceEnded = true;
        replay.drop();
        splice.end();
        finishIfEnded();
    }

    @Override
    public void onReset(ResetCode code, String detail, boolean byPeer) {
        LOG.debug("Connection reset with {} {}", code, detail);
        stream = null;
        boolean repeatable = !over && !serviceSpoke && replay.isWhole();
        if (!repeatable || !attempts.retryAfter(code, false)) {
            fail(serviceSpoke ? Outcomes.CUT_OFF : Problem.of(code).code());
        }
    }

    @Override
    public void onStalled(Duration since, long bytes) {
        observation.onStalled(since, bytes);
    }

    @Override
    public void onWritable() {
        splice.setReading(true);
    }

    /// A TCP receiver that wants no more resets its connection, so this comes with one.
    @Override
    public void onStopSending() {}

    @Override
    public void onBytes(ByteBuf data) {
        Stream to = stream;
        observation.onRequestBytes(data.readableBytes());
        if (over) {
            data.release();
        } else if (to == null) {
            replay.hold(data);
            splice.setReading(false);
        } else {
            replay.keep(data);
            to.write(data);
            splice.setReading(to.isWritable());
        }
    }

    @Override
    public void onSocketEnd() {
        callerEnded = true;
        Stream to = stream;
        if (to != null) {
            to.end();
        }
        finishIfEnded();
    }

    @Override
    public void onSocketLost() {
        resetStream(ResetCode.CANCELLED);
        finish(Outcomes.CANCELLED);
    }

    @Override
    public void onIdle() {
        resetStream(ResetCode.IDLE);
        fail(Outcomes.CUT_OFF);
    }

    private void finishIfEnded() {
        if (callerEnded && serviceEnded) {
            finish(Outcomes.COMPLETED);
        }
    }

    private void fail(String outcome) {
        if (!over) {
            finish(outcome);
            splice.abort();
        }
    }

    private void resetStream(ResetCode code) {
        Stream to = stream;
        if (to != null) {
            to.reset(code, "");
        }
    }

    private void finish(String outcome) {
        if (!over) {
            over = true;
            replay.drop();
            attempts.finish();
            observation.finish(outcome, 0);
        }
    }
}
