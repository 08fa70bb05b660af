package io.hikyaku.call.exchange;

import io.hikyaku.call.Outcomes;
import io.hikyaku.call.Problem;
import io.hikyaku.call.attempt.Replay;
import io.hikyaku.call.http.GrpcTimeout;
import io.hikyaku.call.http.Request;
import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.call.observe.Observation;
import io.hikyaku.call.socket.StreamOutput;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.stream.Stream;
import io.hikyaku.stream.StreamHandler;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.hikyaku.wire.call.HttpFrame.Trailers;
import io.hikyaku.wire.call.OpenMetadata;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One call that came on a stream: writes its request to a place at a target and the response to the stream, both at
/// once. What comes before there is a place waits, and credit holds the other side back meanwhile.
public final class TargetExchange implements StreamHandler, FrameReader.Events, TargetPool.Waiter {
    private static final int HEAD_ALLOWANCE = 4096;
    /// How many places are looked for when targets say that they did not begin at the ones before.
    private static final int MAX_PLACES = 3;

    private static final Logger LOG = LoggerFactory.getLogger(TargetExchange.class);

    private final ExportedPort port;
    private final Stream stream;
    private final Observation observation;
    private final String caller;
    private final OptionalLong affinity;
    private final StreamOutput response;
    private final FrameReader frames;
    private final Replay replay;
    private @Nullable RequestHead request;
    private @Nullable String tiedTo;
    private @Nullable Fields requestTrailers;
    private @Nullable TimeLimit timeLimit;
    private TargetPool.@Nullable PendingAcquire pending;
    private @Nullable TargetSide side;
    private int places;
    private int unread;
    private boolean grpc;
    private boolean requestEnded;
    private boolean unwanted;
    private boolean responseBegun;
    private boolean headAnswered;
    private boolean responseEnded;
    private boolean over;

    /// @param call what the caller's bridge said of it
    /// @param caller the cluster the call comes from
    public TargetExchange(ExportedPort port, Stream stream, OpenMetadata call, String caller) {
        this.port = port;
        this.replay = new Replay(port.context().budget());
        this.caller = caller;
        this.affinity = call.affinity();
        this.stream = stream;
        this.response = new StreamOutput(stream, PooledByteBufAllocator.DEFAULT);
        this.frames = new FrameReader(port.context().limits().maxHeaderSize().toInt() + HEAD_ALLOWANCE);
        this.observation = port.calls().begin();
        observation.onBridge(caller, call.caller());
        this.timeLimit = TimeLimit.of(port.loop(), call.deadlineMicros() * 1000, TimeLimit.GRACE, this::onDeadline);
    }

    @Override
    public void onData(ByteBuf data) {
        int length = data.readableBytes();
        if (over) {
            data.release();
            return;
        }
        unread += length;
        try {
            frames.read(data, this);
            takeCredit();
            if (!over && !stream.requireWindow(frames.frameBytes())) {
                fail(side == null ? ResetCode.REFUSED : ResetCode.INTERNAL);
            }
        } catch (Malformed malformed) {
            onMalformed(malformed);
        }
    }

    @Override
    public void onEnd() {
        if (over || requestEnded) {
            return;
        }
        requestEnded = true;
        try {
            if (!unwanted && !frames.isAtEnd()) {
                throw new Malformed(Reason.TRUNCATED, "request");
            }
            if (side != null) {
                endRequest();
            }
        } catch (Malformed malformed) {
            onMalformed(malformed);
        } catch (BadMessage rejected) {
            fail(ResetCode.TARGET_HEAD_SIZE);
        }
    }

    @Override
    public void onReset(ResetCode code, String detail, boolean byPeer) {
        if (!over) {
            finish(Outcomes.CANCELLED);
            leaveTarget();
        }
    }

    @Override
    public void onStalled(Duration since, long bytes) {
        observation.onStalled(since, bytes);
    }

    @Override
    public void onWritable() {
        TargetSide from = side;
        if (from != null) {
            from.setReading(true);
        }
    }

    /// The caller's bridge reads the whole response in every case; if it stops reading, that is a cancellation.
    @Override
    public void onStopSending() {
        fail(ResetCode.CANCELLED);
    }

    @Override
    public void onRequestHead(RequestHead head) {
        tiedTo = CallerTie.of(head, caller);
        RequestHead marked = port.mark(observation.onBridgeRequest(head), caller);
        request = marked;
        grpc = Request.isGrpc(marked);
        find(marked, false);
    }

    @Override
    public void onResponseHead(ResponseHead head) {
        throw new Malformed(Reason.INVALID_VALUE, "a response where a request is due");
    }

    @Override
    public void onBody(ByteBuf data) {
        TargetSide to = side;
        observation.onRequestBytes(data.readableBytes());
        if (unwanted || over) {
            data.release();
        } else if (to == null) {
            replay.hold(data);
        } else {
            replay.keep(data);
            to.writeBody(data);
        }
    }

    @Override
    public void onTrailers(Fields trailers) {
        requestTrailers = trailers;
    }

    @Override
    public void onSide(TargetSide found) {
        pending = null;
        try {
            send(found);
            takeCredit();
        } catch (Malformed malformed) {
            onMalformed(malformed);
        } catch (BadMessage rejected) {
            fail(ResetCode.TARGET_HEAD_SIZE);
        }
    }

    @Override
    public void onFailed(ResetCode code, String detail) {
        pending = null;
        fail(code);
    }

    /// Whether a response head may come now.
    public boolean awaitsHead() {
        return !headAnswered;
    }

    /// A head of the response, perhaps an interim one.
    public void onTargetHead(ResponseHead head) {
        observation.onResponseHead(head);
        responseBegun = true;
        headAnswered = head.status() >= 200 || head.status() == 101;
        replay.drop();
        response.write(head);
        TargetSide from = side;
        if (from != null && !headAnswered) {
            from.limit(responseTimeout()); // an interim response settles nothing
        }
        limitQuiet();
    }

    /// A WebSocket is open: bytes take another route through this bridge from now on.
    public void onSwitched(ResponseHead head, TargetSide tunnel) {
        side = tunnel;
        endTimeLimit(); // it is for calls, and this is a connection now
        onTargetHead(head);
    }

    private void endTimeLimit() {
        TimeLimit limit = timeLimit;
        timeLimit = null;
        if (limit != null) {
            limit.cancel();
        }
    }

    /// Takes ownership.
    public void onTargetBody(ByteBuf data) {
        observation.onResponseBytes(data.readableBytes());
        response.writeBody(data);
        limitQuiet();
        readAsWanted();
    }

    /// The response is complete.
    public void onTargetEnd(@Nullable Fields trailers) {
        if (trailers != null) {
            observation.onResponseTrailers(trailers);
            response.write(new Trailers(trailers));
        }
        responseEnded = true;
        response.end();
        if (requestEnded) {
            complete();
        }
    }

    /// The end of what was read together.
    public void flushResponse() {
        response.flush();
        readAsWanted();
    }

    private void readAsWanted() {
        TargetSide from = side;
        if (from != null && !response.isWritable()) {
            from.setReading(false);
        }
    }

    /// The target reads no more; what it has to say is still read.
    public void onRequestUnwanted() {
        if (!unwanted && !requestEnded) {
            unwanted = true;
            replay.drop();
            stream.stopSending();
        }
    }

    /// What the target sent is not valid.
    public void onResponseInvalid() {
        fail(ResetCode.TARGET_PROTOCOL);
    }

    /// Nothing happened for as long as [TargetSide#limit] allowed.
    public void onTimeout() {
        fail(responseBegun ? ResetCode.IDLE : ResetCode.TARGET_TIMEOUT);
    }

    /// The connection has closed under the exchange.
    ///
    /// @param kept whether it was used before, so that the target may have closed it before the request came
    public void onTargetGone(boolean kept) {
        if (!responseBegun && kept && mayRepeat()) {
            LOG.debug("An idle connection was closed by the target; connecting anew");
            findAnew();
        } else if (responseEnded) {
            onRequestUnwanted();
            complete();
        } else {
            fail(ResetCode.TARGET_TERMINATED);
        }
    }

    /// The target says that it has not begun with the request, so that it may go to another connection.
    public void onNotStarted() {
        if (!responseBegun && replay.isWhole() && places < MAX_PLACES) {
            findAnew();
        } else {
            fail(responseBegun ? ResetCode.TARGET_TERMINATED : ResetCode.REFUSED);
        }
    }

    /// The target gave the exchange up.
    public void onTargetReset(ResetCode code) {
        if (responseEnded) {
            onRequestUnwanted();
            complete();
        } else {
            fail(code);
        }
    }

    /// The time that the call was given has passed.
    private void onDeadline() {
        fail(ResetCode.DEADLINE);
    }

    /// The request may have reached the target: it is repeated only if that does no harm.
    private boolean mayRepeat() {
        RequestHead head = request;
        return head != null && requestEnded && replay.isWhole() && Request.isIdempotent(head);
    }

    private void findAnew() {
        TargetSide gone = side;
        RequestHead head = request;
        if (gone == null || head == null) {
            throw new IllegalStateException("A place is lost that nobody had");
        }
        side = null;
        gone.abort();
        find(head, true);
    }

    /// The pool may call back synchronously; then nothing is pending any more.
    private void find(RequestHead head, boolean fresh) {
        places++;
        TargetPool.PendingAcquire made = port.pool().find(head, tiedTo, affinity, fresh, this);
        if (side == null && !over) {
            pending = made;
        }
    }

    private void send(TargetSide to) {
        RequestHead head = request;
        if (head == null) {
            throw new IllegalStateException("A place without a request");
        }
        side = to;
        TimeLimit limit = timeLimit;
        if (limit != null && head.fields().get(GrpcTimeout.NAME) != null) {
            head = head.withFields(head.fields().with(GrpcTimeout.NAME, GrpcTimeout.format(limit.leftNanos())));
        }
        to.begin(this, head, stream);
        replay.sendTo(to::writeBody);
        to.limit(responseTimeout());
        if (requestEnded) {
            endRequest();
        }
    }

    private void endRequest() {
        TargetSide to = side;
        if (to == null) {
            throw new IllegalStateException("The end of a request without its place");
        }
        if (!unwanted) {
            to.writeEnd(requestTrailers);
        }
        if (responseEnded) {
            complete();
        } else if (!headAnswered) {
            to.limit(responseTimeout());
        }
    }

    private void takeCredit() {
        TargetSide to = side;
        int taken = unread - frames.keptBytes();
        if (to != null && taken > 0) {
            to.creditOnFlush(taken);
            unread -= taken;
            if (!headAnswered && !requestEnded) {
                to.limit(responseTimeout());
            } else {
                limitQuiet();
            }
        }
    }

    /// How long the target may take until its response begins. Services of gRPC begin it with their first message,
    /// which a stream may wait for as long as it likes; such calls have deadlines of their own.
    private Duration responseTimeout() {
        CallLimits limits = port.context().limits();
        return grpc ? limits.tcpIdleTimeout() : limits.responseTimeout();
    }

    private void limitQuiet() {
        TargetSide to = side;
        if (to != null && headAnswered) {
            to.limit(port.context().limits().tcpIdleTimeout());
        }
    }

    private void complete() {
        finish(Outcomes.COMPLETED);
        TargetSide from = side;
        if (from != null) {
            side = null;
            if (unwanted) {
                from.abort();
            } else {
                from.release();
            }
        }
    }

    private void onMalformed(Malformed malformed) {
        LOG.warn("The caller's bridge broke the protocol: {}", malformed.getMessage());
        fail(ResetCode.PROTOCOL);
    }

    private void fail(ResetCode code) {
        if (!over) {
            finish(
                    code == ResetCode.CANCELLED
                            ? Outcomes.CANCELLED
                            : responseBegun
                                    ? Outcomes.CUT_OFF
                                    : Problem.of(code).code());
            stream.reset(code, "");
            leaveTarget();
        }
    }

    private void leaveTarget() {
        TargetPool.PendingAcquire acquiring = pending;
        TargetSide from = side;
        pending = null;
        side = null;
        if (acquiring != null) {
            acquiring.cancel();
        }
        if (from != null) {
            from.abort();
        }
    }

    private void finish(String outcome) {
        over = true;
        endTimeLimit();
        frames.drop();
        replay.drop();
        response.drop();
        observation.finish(outcome, outcome.equals(Outcomes.CANCELLED) ? Observation.CANCELLED_STATUS : 0);
    }
}
