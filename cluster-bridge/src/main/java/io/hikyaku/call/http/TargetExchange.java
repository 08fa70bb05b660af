package io.hikyaku.call.http;

import io.hikyaku.call.Dial;
import io.hikyaku.call.Outcomes;
import io.hikyaku.call.Problem;
import io.hikyaku.call.Replay;
import io.hikyaku.call.StreamOutput;
import io.hikyaku.stream.Stream;
import io.hikyaku.stream.StreamHandler;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.hikyaku.wire.call.HttpFrame.Trailers;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One call that came on a stream: writes its request to a target's connection and the response to the stream, both at
/// once. What comes before there is a connection waits, and holds the other side back by its credit.
final class TargetExchange implements StreamHandler, FrameReader.Events, Dial.Waiter {
    private static final int HEAD_ALLOWANCE = 4096;
    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS");
    private static final Logger LOG = LoggerFactory.getLogger(TargetExchange.class);

    private final HttpExport export;
    private final Stream stream;
    private final StreamOutput answer;
    private final FrameReader frames;
    private final Replay replay = new Replay();
    private @Nullable RequestHead request;
    private @Nullable Fields requestTrailers;
    private @Nullable Dial dial;
    private @Nullable TargetConnection connection;
    private @Nullable BodyWriter body;
    private int unread;
    private boolean requestEnded;
    private boolean unwanted;
    private boolean answering;
    private boolean headAnswered;
    private boolean answered;
    private boolean over;

    TargetExchange(HttpExport export, Stream stream) {
        this.export = export;
        this.stream = stream;
        this.answer = new StreamOutput(stream, PooledByteBufAllocator.DEFAULT);
        this.frames = new FrameReader(export.limits().maxHeaderSize().toInt() + HEAD_ALLOWANCE);
        export.calls().begin();
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
            if (connection != null) {
                endRequest();
            }
        } catch (Malformed malformed) {
            onMalformed(malformed);
        }
    }

    @Override
    public void onReset(ResetCode code, String detail, boolean byPeer) {
        if (!over) {
            finish(Outcomes.CANCELLED);
            dropConnection();
        }
    }

    @Override
    public void onWritable() {
        TargetConnection from = connection;
        if (from != null) {
            from.setReading(true);
        }
    }

    /// The caller's bridge reads the whole answer in every case; that it does not is a cancellation.
    @Override
    public void onStopSending() {
        fail(ResetCode.CANCELLED);
    }

    @Override
    public void onRequestHead(RequestHead head) {
        request = head;
        int target = export.targets().pick();
        TargetConnection idle = export.takeIdle(target);
        if (idle == null) {
            dial(target);
        } else {
            send(idle);
        }
    }

    @Override
    public void onResponseHead(ResponseHead head) {
        throw new Malformed(Reason.INVALID_VALUE, "an answer where a request is due");
    }

    @Override
    public void onBody(ByteBuf data) {
        BodyWriter to = body;
        if (unwanted || over) {
            data.release();
        } else if (to == null) {
            replay.hold(data);
        } else {
            replay.keep(data);
            to.write(data);
        }
    }

    @Override
    public void onTrailers(Fields trailers) {
        requestTrailers = trailers;
    }

    @Override
    public void onConnected(Channel channel, int target) {
        dial = null;
        TargetConnection fresh = new TargetConnection(export, target, channel);
        channel.pipeline().addLast(fresh);
        try {
            send(fresh);
            takeCredit();
        } catch (Malformed malformed) {
            onMalformed(malformed);
        }
    }

    @Override
    public void onFailed(ResetCode code, String detail) {
        dial = null;
        fail(code);
    }

    /// Whether the connection may bring a response head now.
    boolean awaitsHead() {
        return !headAnswered;
    }

    void onAnswerHead(ResponseHead head) {
        answering = true;
        headAnswered = head.status() >= 200;
        replay.drop();
        answer.write(head);
        limitQuiet();
    }

    void onAnswerBody(ByteBuf data) {
        answer.writeBody(data);
        limitQuiet();
        readAsWanted();
    }

    /// The response is complete.
    void onAnswerEnd(@Nullable Fields trailers) {
        if (trailers != null) {
            answer.write(new Trailers(trailers));
        }
        answered = true;
        answer.end();
        if (requestEnded) {
            complete();
        }
    }

    void flushAnswer() {
        answer.flush();
        readAsWanted();
    }

    private void readAsWanted() {
        TargetConnection from = connection;
        if (from != null && !answer.isWritable()) {
            from.setReading(false);
        }
    }

    /// The target reads no more; what it has to say is still read.
    void onRequestUnwanted() {
        if (!unwanted && !requestEnded) {
            unwanted = true;
            replay.drop();
            stream.stopSending();
        }
    }

    void onAnswerInvalid() {
        fail(ResetCode.TARGET_PROTOCOL);
    }

    void onTimeout() {
        fail(answering ? ResetCode.IDLE : ResetCode.TARGET_TIMEOUT);
    }

    /// The connection has closed under the exchange.
    void onTargetGone() {
        TargetConnection gone = connection;
        if (gone != null && !answering && gone.wasUsed() && mayRepeat()) {
            LOG.debug("An idle connection was closed by the target; connecting anew");
            gone.abort();
            connection = null;
            body = null;
            dial(gone.target());
        } else if (answered) {
            onRequestUnwanted();
            complete();
        } else {
            fail(ResetCode.TARGET_TERMINATED);
        }
    }

    /// The request may have reached the target: it is repeated only if that does no harm.
    private boolean mayRepeat() {
        RequestHead head = request;
        return head != null && requestEnded && replay.isWhole() && IDEMPOTENT.contains(head.method());
    }

    private void dial(int target) {
        Dial started = new Dial(export.targets(), target, this);
        dial = started;
        started.start();
    }

    private void send(TargetConnection to) {
        RequestHead head = request;
        if (head == null) {
            throw new IllegalStateException("A connection without a request");
        }
        connection = to;
        to.begin(this, head.method().equals("HEAD"));
        to.out().from(stream);
        Framing framing = HeadWriter.writeRequest(to.out().room(1024), head, export.via());
        BodyWriter writer = new BodyWriter(to.out(), framing);
        body = writer;
        replay.sendTo(writer::write);
        to.limit(export.limits().responseTimeout());
        if (requestEnded) {
            endRequest();
        }
    }

    private void endRequest() {
        BodyWriter to = body;
        TargetConnection at = connection;
        if (to == null || at == null) {
            throw new IllegalStateException("The end of a request without its connection");
        }
        if (!unwanted) {
            to.end(requestTrailers);
        }
        if (answered) {
            complete();
        } else if (!answering) {
            at.limit(export.limits().responseTimeout());
        }
    }

    private void takeCredit() {
        TargetConnection to = connection;
        if (to != null && unread > 0) {
            to.out().owe(unread);
            unread = 0;
            if (!answering && !requestEnded) {
                to.limit(export.limits().responseTimeout());
            } else {
                limitQuiet();
            }
        }
    }

    private void limitQuiet() {
        TargetConnection to = connection;
        if (to != null && answering) {
            to.limit(export.limits().tcpIdleTimeout());
        }
    }

    private void complete() {
        finish(Outcomes.COMPLETED);
        TargetConnection from = connection;
        if (from != null) {
            connection = null;
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
                            : answering ? Outcomes.CUT_OFF : Problem.of(code).code());
            stream.reset(code, "");
            dropConnection();
        }
    }

    private void dropConnection() {
        Dial started = dial;
        TargetConnection from = connection;
        dial = null;
        connection = null;
        if (started != null) {
            started.cancel();
        }
        if (from != null) {
            from.abort();
        }
    }

    private void finish(String outcome) {
        over = true;
        frames.drop();
        replay.drop();
        answer.drop();
        export.calls().finish(outcome);
    }
}
