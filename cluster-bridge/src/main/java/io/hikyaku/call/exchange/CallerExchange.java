package io.hikyaku.call.exchange;

import io.hikyaku.call.Outcomes;
import io.hikyaku.call.Problem;
import io.hikyaku.call.Violation;
import io.hikyaku.call.attempt.Attempts;
import io.hikyaku.call.attempt.Replay;
import io.hikyaku.call.http.GrpcResponse;
import io.hikyaku.call.http.GrpcTimeout;
import io.hikyaku.call.http.MaxForwards;
import io.hikyaku.call.http.Request;
import io.hikyaku.call.http.UploadBounds;
import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.call.http.field.WebSocket;
import io.hikyaku.call.observe.Observation;
import io.hikyaku.call.socket.StreamOutput;
import io.hikyaku.stream.Stream;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.hikyaku.wire.call.HttpFrame.Trailers;
import io.hikyaku.wire.call.HttpFrame.Version;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One request of a caller and its response: writes the request to a stream and the response to the caller's side, both
/// at once. As long as no part of a response has come, and the whole request is in hand, a refusal at one exporter does
/// not end it; nor does the loss of a request that is complete and harmless to repeat (RFC 9110 §9.2.2).
public final class CallerExchange implements Attempts.Caller, FrameReader.Events {
    /// For the parts of the first line and what bridges add; a frame takes no more room for a field than HTTP/1
    /// does.
    private static final int HEAD_ALLOWANCE = 4096;

    private static final String BODY = "the body of a request";

    private static final Logger LOG = LoggerFactory.getLogger(CallerExchange.class);

    private CallerSide side;
    private final HttpPort port;
    private final Observation observation;
    private final Request request;
    private final Attempts attempts;
    private final Replay replay;
    private final UploadBounds upload;
    private final @Nullable CallerTie tie;
    /// As it goes on.
    private RequestHead head;

    private FrameReader frames;
    private @Nullable TimeLimit timeLimit;
    private @Nullable Stream stream;
    private @Nullable StreamOutput output;
    private @Nullable Fields requestTrailers;
    private @Nullable Fields responseTrailers;
    private boolean requestEnded;
    private boolean unwanted;
    /// Whether an interim response was passed on.
    private boolean hinted;

    private boolean headWritten;
    private boolean responseEnded;
    private boolean over;

    public CallerExchange(CallerSide side, HttpPort port, Request request) {
        this(side, port, request, null);
    }

    /// @param tie of the caller's connection, if it carries one exchange at a time
    public CallerExchange(CallerSide side, HttpPort port, Request request, @Nullable CallerTie tie) {
        this.tie = tie;
        this.side = side;
        this.port = port;
        this.replay = new Replay(port.context().budget());
        this.observation = port.calls().begin();
        observation.onCaller(port.route().caller());
        this.request = request;
        this.head = observation.onCallerRequest(request.head());
        this.attempts = new Attempts(port.route(), side.loop(), this);
        this.frames = newReader();
        this.upload = WebSocket.isAsked(head)
                ? UploadBounds.none()
                : UploadBounds.of(port.context().limits(), request.isGrpc(), now());
    }

    /// Makes the call; may call the side back synchronously.
    public void start() {
        long nanos = timeGiven();
        MaxForwards.Verdict farther = MaxForwards.judge(head);
        Violation broken = upload.onHead(head.fields());
        if (farther == MaxForwards.Verdict.MALFORMED) {
            refuse(Violation.FIELD_VALUE, "Max-Forwards");
        } else if (broken != null) {
            refuse(broken, BODY);
        } else if (nanos < 0) {
            fail(Problem.BAD_REQUEST);
        } else if (farther == MaxForwards.Verdict.ENDS_HERE) {
            answerHere();
        } else {
            Duration grace = nanos == port.timeout().toNanos() ? Duration.ZERO : TimeLimit.GRACE;
            timeLimit = TimeLimit.of(side.loop(), nanos, grace, () -> abandon(Problem.DEADLINE_EXCEEDED));
            head = MaxForwards.count(head);
            if (tie == null) {
                attempts.start();
            } else {
                head = tie.onRequest(head);
                attempts.start(tie.seat());
            }
            if (output == null) {
                upload.hold(); // nobody takes it yet
            }
        }
    }

    /// The request is for nobody behind this bridge, and neither is its body.
    private void answerHere() {
        if (!requestEnded) {
            unwanted = true;
            side.onRequestUnwanted();
            side.setReading(true);
        }
        try {
            writeHead(MaxForwards.response(port.context().cluster()));
            endResponse();
        } catch (BadMessage rejected) {
            onUntaken(rejected);
        }
    }

    private void refuse(Violation violation, String what) {
        port.refusals().count(violation, what, side.remoteAddress());
        abandon(violation.problem());
    }

    private long now() {
        return side.loop().ticker().nanoTime();
    }

    /// Nanoseconds, by what the caller says and the configuration allows; 0: no limit, −1: the caller's is
    /// malformed.
    private long timeGiven() {
        long allowed = port.timeout().toNanos();
        CharSequence asked = head.fields().get(GrpcTimeout.NAME);
        if (asked == null || !request.isGrpc()) {
            return allowed;
        }
        long nanos = GrpcTimeout.parse(asked);
        if (nanos < 0) {
            return -1;
        }
        return allowed == 0 ? Math.max(1, nanos) : Math.clamp(nanos, 1, allowed);
    }

    @Override
    public long remainingMicros() {
        TimeLimit limit = timeLimit;
        return limit == null ? 0 : Math.max(1, limit.leftNanos() / 1000);
    }

    /// Whether the response has begun. An interim one does not count: it settles nothing.
    public boolean hasResponseBegun() {
        return headWritten;
    }

    /// Takes ownership.
    public void onRequestBody(ByteBuf data) {
        StreamOutput to = output;
        observation.onRequestBytes(data.readableBytes());
        Violation broken = unwanted || over ? null : upload.onBytes(data.readableBytes(), now(), headWritten);
        if (broken != null) {
            data.release();
            refuse(broken, BODY);
        } else if (unwanted || over) {
            data.release();
        } else if (to == null) {
            replay.hold(data);
            stopReading();
        } else {
            replay.keep(data);
            to.writeBody(data);
            if (isFull(to)) {
                stopReading();
            }
        }
    }

    /// Whether no more of the request's body can be sent on now, nor is to be dropped.
    private boolean isFull(StreamOutput to) {
        return !requestEnded && !unwanted && !to.isWritable();
    }

    private void stopReading() {
        upload.hold();
        side.setReading(false);
    }

    /// The request is complete.
    public void onRequestEnd(@Nullable Fields trailers) {
        requestEnded = true;
        requestTrailers = trailers;
        StreamOutput to = output;
        if (to != null && !unwanted) {
            endRequest(to);
        }
        if (responseEnded) {
            finish(Outcomes.COMPLETED);
            side.onExchangeEnd(true);
        }
    }

    /// The end of what was read together.
    public void flushRequest() {
        StreamOutput to = output;
        if (to != null) {
            to.flush();
            if (isFull(to)) {
                stopReading();
            }
        }
    }

    /// The caller is gone.
    public void cancel() {
        resetStream("The caller went away");
        finish(Outcomes.CANCELLED);
    }

    /// Gives up: answers with the problem if no response has begun, else cuts it off.
    public void abandon(Problem problem) {
        resetStream(problem.code());
        fail(problem);
    }

    @Override
    public void onOpened(Stream opened) {
        if (over) {
            opened.reset(ResetCode.CANCELLED, "The caller went away");
            return;
        }
        StreamOutput to = new StreamOutput(opened, side.allocator());
        stream = opened;
        output = to;
        if (tie != null) {
            tie.onSeat(attempts.load());
        }
        side.from(opened);
        to.write(head);
        replay.sendTo(to::writeBody);
        if (requestEnded) {
            endRequest(to);
        } else {
            to.flush();
        }
        if (isFull(to)) {
            stopReading();
        } else {
            side.setReading(true);
        }
    }

    @Override
    public void onAttempt(String cluster) {
        observation.onPeer(cluster);
    }

    @Override
    public void onProblem(Problem problem) {
        fail(problem);
    }

    @Override
    public void onData(ByteBuf data) {
        int taken = data.readableBytes() + frames.keptBytes();
        try {
            frames.read(data, this);
            side.creditOnFlush(taken - frames.keptBytes());
            side.onProgress();
            requireWindow();
        } catch (Malformed malformed) {
            onMalformed(malformed);
        } catch (BadMessage rejected) {
            onUntaken(rejected);
        }
    }

    /// For a head, or trailers, that are not complete yet.
    private void requireWindow() {
        Stream from = stream;
        if (from != null && !from.requireWindow(frames.frameBytes())) {
            abandon(Problem.OVERLOADED);
        }
    }

    @Override
    public void onEnd() {
        try {
            if (!headWritten || !frames.isAtEnd()) {
                throw new Malformed(Reason.TRUNCATED, "response");
            }
            endResponse();
        } catch (Malformed malformed) {
            onMalformed(malformed);
        } catch (BadMessage rejected) {
            onUntaken(rejected);
        }
    }

    @Override
    public void onReset(ResetCode code, String detail, boolean byPeer) {
        LOG.debug("Call to {} reset with {} {}", port.service(), code, detail);
        forgetStream();
        if (over) {
            return;
        }
        if (responseEnded) {
            finish(Outcomes.COMPLETED);
            side.onExchangeEnd(false);
            return;
        }
        if (!headWritten && !hinted && replay.isWhole() && !unwanted) {
            frames.drop();
            frames = newReader();
            stopReading();
            if (attempts.retryAfter(code, requestEnded && request.isIdempotent())) {
                return;
            }
        }
        fail(Problem.of(code));
    }

    @Override
    public void onStalled(Duration since, long bytes) {
        observation.onStalled(since, bytes);
    }

    @Override
    public void onWritable() {
        side.setReading(true);
    }

    @Override
    public void onStopSending() {
        Stream from = stream;
        unwanted = true;
        replay.drop();
        if (from != null && !requestEnded) {
            from.end();
        }
        side.onRequestUnwanted();
        if (responseEnded && !over) {
            finish(Outcomes.COMPLETED);
            side.onExchangeEnd(false);
        } else {
            side.setReading(true);
        }
    }

    @Override
    public void onRequestHead(RequestHead head) {
        throw new Malformed(Reason.INVALID_VALUE, "a request where a response is due");
    }

    @Override
    public void onResponseHead(ResponseHead response) {
        boolean webSocket = request.isWebSocket();
        if (response.status() == 101 && webSocket) {
            observation.onResponseHead(response);
            replay.drop();
            side = side.switchProtocols(response, this);
            headWritten = true;
            endTimeLimit(); // it is for calls, and this is a connection now
        } else if (response.status() < 200) {
            observation.onResponseHead(response);
            hinted |= side.writeInterim(response);
        } else if (webSocket && head.version() == Version.HTTP_2 && response.status() < 300) {
            abandon(Problem.TARGET_PROTOCOL); // to a CONNECT it would say that the WebSocket is open
        } else {
            replay.drop();
            writeHead(response);
            if (webSocket) {
                endOpening();
            }
        }
    }

    private void writeHead(ResponseHead response) {
        observation.onResponseHead(response);
        if (tie != null) {
            tie.onResponse(response);
        }
        side.writeHead(response);
        headWritten = true;
    }

    /// A WebSocket was asked for and will not be opened: the request was complete with its head, and whatever
    /// follows it is for nobody.
    private void endOpening() {
        if (!requestEnded) {
            onRequestEnd(null);
            unwanted = true;
            side.setReading(true);
        }
    }

    @Override
    public void onBody(ByteBuf data) {
        observation.onResponseBytes(data.readableBytes());
        side.writeBody(data);
    }

    @Override
    public void onTrailers(Fields trailers) {
        observation.onResponseTrailers(trailers);
        responseTrailers = trailers;
    }

    private void endRequest(StreamOutput to) {
        if (requestTrailers != null) {
            to.write(new Trailers(requestTrailers));
        }
        to.end();
    }

    private void endResponse() {
        side.writeEnd(responseTrailers);
        responseEnded = true;
        if (requestEnded || unwanted) {
            finish(Outcomes.COMPLETED);
            side.onExchangeEnd(!unwanted);
        }
    }

    private void onMalformed(Malformed malformed) {
        LOG.warn(
                "The exporter's bridge broke the protocol in a call to {}: {}", port.service(), malformed.getMessage());
        Stream from = stream;
        if (from != null) {
            from.reset(ResetCode.PROTOCOL, String.valueOf(malformed.getMessage()), side.onCancelled());
        }
        fail(Problem.INTERNAL);
    }

    /// The caller does not take its service's response.
    private void onUntaken(BadMessage rejected) {
        port.refusals().count(rejected.violation(), String.valueOf(rejected.getMessage()), side.remoteAddress());
        resetStream("The caller does not take the response");
        finish(Outcomes.CUT_OFF);
        side.onExchangeCutOff(rejected.problem());
    }

    private void fail(Problem problem) {
        if (over) {
            return;
        }
        if (observation.isGrpc() && head.version() == Version.HTTP_2) {
            observation.onGrpcStatus(GrpcResponse.status(problem));
        }
        if (headWritten) {
            finish(Outcomes.CUT_OFF);
            side.onExchangeCutOff(problem);
        } else {
            if (tie != null && problem.status() >= 500) {
                tie.onFailure();
            }
            finish(problem.code(), problem.status());
            side.onExchangeFailed(problem, observation.requestId());
        }
    }

    private void resetStream(String detail) {
        Stream from = stream;
        if (from != null) {
            from.reset(ResetCode.CANCELLED, detail, side.onCancelled());
        }
    }

    private void finish(String outcome) {
        finish(outcome, outcome.equals(Outcomes.CANCELLED) ? Observation.CANCELLED_STATUS : 0);
    }

    private void finish(String outcome, int status) {
        if (over) {
            return;
        }
        over = true;
        endTimeLimit();
        forgetStream();
        frames.drop();
        replay.drop();
        attempts.finish();
        observation.finish(outcome, status);
    }

    private void endTimeLimit() {
        TimeLimit limit = timeLimit;
        timeLimit = null;
        if (limit != null) {
            limit.cancel();
        }
    }

    private void forgetStream() {
        StreamOutput to = output;
        if (to != null) {
            to.drop();
        }
        output = null;
        stream = null;
    }

    private FrameReader newReader() {
        return new FrameReader(port.context().limits().maxHeaderSize().toInt() + HEAD_ALLOWANCE);
    }
}
