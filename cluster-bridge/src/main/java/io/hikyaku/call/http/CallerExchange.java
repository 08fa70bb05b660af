package io.hikyaku.call.http;

import io.hikyaku.call.Attempts;
import io.hikyaku.call.Outcomes;
import io.hikyaku.call.Problem;
import io.hikyaku.call.Replay;
import io.hikyaku.call.StreamOutput;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One request of a caller and its answer: writes the request to a stream and the answer to the caller's connection,
/// both at once. As long as nothing of an answer has come, and the request is in hand, a refusal elsewhere is not its
/// end.
final class CallerExchange implements Attempts.Caller, FrameReader.Events {
    /// For the parts of the first line and what bridges add; a frame takes no more room for a field than HTTP/1
    /// does.
    private static final int HEAD_ALLOWANCE = 4096;

    private static final Logger LOG = LoggerFactory.getLogger(CallerExchange.class);

    private final CallerConnection connection;
    private final HttpPort port;
    private final Request request;
    private final Attempts attempts;
    private final Replay replay = new Replay();
    private FrameReader frames;
    private @Nullable Stream stream;
    private @Nullable StreamOutput output;
    private @Nullable Fields requestTrailers;
    private @Nullable Fields answerTrailers;
    private @Nullable BodyWriter answer;
    private boolean keepAlive;
    private boolean requestEnded;
    private boolean unwanted;
    private boolean answering;
    private boolean answered;
    private boolean over;

    CallerExchange(CallerConnection connection, HttpPort port, Request request) {
        this.connection = connection;
        this.port = port;
        this.request = request;
        this.keepAlive = request.keepAlive();
        this.attempts = new Attempts(port.route(), connection.channel().eventLoop(), this);
        this.frames = newReader();
        port.calls().begin();
    }

    void start() {
        attempts.start();
    }

    /// Whether something of an answer was written.
    boolean isAnswering() {
        return answering;
    }

    /// Whether more of the request's body can go on its way now, or be dropped.
    boolean takesMore() {
        StreamOutput to = output;
        return unwanted || to != null && to.isWritable();
    }

    void onRequestBody(ByteBuf data) {
        StreamOutput to = output;
        if (unwanted || over) {
            data.release();
        } else if (to == null) {
            replay.hold(data);
        } else {
            replay.keep(data);
            to.writeBody(data);
        }
    }

    void onRequestEnd(@Nullable Fields trailers) {
        requestEnded = true;
        requestTrailers = trailers;
        StreamOutput to = output;
        if (to != null && !unwanted) {
            endRequest(to);
        }
        if (answered) {
            finish(Outcomes.COMPLETED);
            connection.onExchangeEnd(keepAlive);
        }
    }

    void flushRequest() {
        StreamOutput to = output;
        if (to != null) {
            to.flush();
        }
    }

    /// The caller is gone.
    void cancel() {
        resetStream("The caller went away");
        finish(Outcomes.CANCELLED);
    }

    /// Gives up: answers with the problem if no answer has begun, else cuts it off.
    void abandon(Problem problem) {
        resetStream(problem.code());
        fail(problem);
    }

    @Override
    public void onOpened(Stream opened) {
        if (over) {
            opened.reset(ResetCode.CANCELLED, "The caller went away");
            return;
        }
        StreamOutput to = new StreamOutput(opened, connection.channel().alloc());
        stream = opened;
        output = to;
        connection.out().from(opened);
        to.write(request.head());
        replay.sendTo(to::writeBody);
        if (requestEnded) {
            endRequest(to);
        } else {
            to.flush();
        }
        connection.onProgress();
    }

    @Override
    public void onProblem(Problem problem) {
        fail(problem);
    }

    @Override
    public void onData(ByteBuf data) {
        connection.out().owe(data.readableBytes());
        try {
            frames.read(data, this);
            connection.onProgress();
        } catch (Malformed malformed) {
            onMalformed(malformed);
        }
    }

    @Override
    public void onEnd() {
        try {
            endAnswer();
        } catch (Malformed malformed) {
            onMalformed(malformed);
        }
    }

    @Override
    public void onReset(ResetCode code, String detail, boolean byPeer) {
        LOG.debug("Call to {} reset with {} {}", port.service(), code, detail);
        forgetStream();
        if (over) {
            return;
        }
        if (answered) {
            finish(Outcomes.COMPLETED);
            connection.onExchangeEnd(false);
            return;
        }
        if (!answering && replay.isWhole() && !unwanted) {
            frames.drop();
            frames = newReader();
            if (attempts.retryAfter(code)) {
                return;
            }
        }
        fail(Problem.of(code));
    }

    @Override
    public void onWritable() {
        connection.onProgress();
    }

    @Override
    public void onStopSending() {
        Stream from = stream;
        unwanted = true;
        replay.drop();
        if (from != null && !requestEnded) {
            from.end();
        }
        if (answered && !over) {
            finish(Outcomes.COMPLETED);
            connection.onExchangeEnd(false);
        } else {
            connection.onProgress();
        }
    }

    @Override
    public void onRequestHead(RequestHead head) {
        throw new Malformed(Reason.INVALID_VALUE, "a request where an answer is due");
    }

    @Override
    public void onResponseHead(ResponseHead head) {
        Version version = request.head().version();
        if (head.status() >= 200) {
            replay.drop();
            keepAlive &= !unwanted && !connection.isDraining();
            HeadWriter.ToCaller caller = new HeadWriter.ToCaller(version, request.isHead(), keepAlive);
            ByteBuf room = connection.out().room(512);
            int start = room.writerIndex();
            Framing framing = write(room, start, head, caller);
            keepAlive &= framing.kind() != Framing.Kind.UNTIL_CLOSE;
            answer = new BodyWriter(connection.out(), framing);
            answering = true;
        } else if (version == Version.HTTP_1_1) {
            answering = true;
            HeadWriter.writeInterim(connection.out().room(512), head);
        }
    }

    @Override
    public void onBody(ByteBuf data) {
        BodyWriter to = answer;
        if (to == null) {
            data.release();
        } else {
            to.write(data);
        }
    }

    @Override
    public void onTrailers(Fields trailers) {
        answerTrailers = trailers;
    }

    /// What is wrong with a head must not leave half of it behind.
    private static Framing write(ByteBuf room, int start, ResponseHead head, HeadWriter.ToCaller caller) {
        try {
            return HeadWriter.writeResponse(room, head, caller);
        } catch (Malformed malformed) {
            room.writerIndex(start);
            throw malformed;
        }
    }

    private void endRequest(StreamOutput to) {
        if (requestTrailers != null) {
            to.write(new Trailers(requestTrailers));
        }
        to.end();
    }

    private void endAnswer() {
        BodyWriter to = answer;
        if (to == null || !frames.isAtEnd()) {
            throw new Malformed(Reason.TRUNCATED, "answer");
        }
        to.end(answerTrailers);
        answered = true;
        if (requestEnded || unwanted) {
            finish(Outcomes.COMPLETED);
            connection.onExchangeEnd(keepAlive);
        }
    }

    private void onMalformed(Malformed malformed) {
        LOG.warn(
                "The exporter's bridge broke the protocol in a call to {}: {}", port.service(), malformed.getMessage());
        Stream from = stream;
        if (from != null) {
            from.reset(ResetCode.PROTOCOL, String.valueOf(malformed.getMessage()));
        }
        fail(Problem.INTERNAL);
    }

    private void fail(Problem problem) {
        if (over) {
            return;
        }
        if (answering) {
            finish(Outcomes.CUT_OFF);
            connection.onExchangeCutOff();
        } else {
            finish(problem.code());
            connection.onExchangeFailed(problem, request.isHead(), keepAlive && !connection.isDraining());
        }
    }

    private void resetStream(String detail) {
        Stream from = stream;
        if (from != null) {
            from.reset(ResetCode.CANCELLED, detail);
        }
    }

    private void finish(String outcome) {
        if (over) {
            return;
        }
        over = true;
        forgetStream();
        frames.drop();
        replay.drop();
        attempts.finish();
        port.calls().finish(outcome);
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
