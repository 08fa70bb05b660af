package io.hikyaku.call.http1.client;

import io.hikyaku.call.Violation;
import io.hikyaku.call.exchange.TargetExchange;
import io.hikyaku.call.exchange.TargetSide;
import io.hikyaku.call.http.ConnectionAuth;
import io.hikyaku.call.http.InterimBudget;
import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.call.http.field.WebSocket;
import io.hikyaku.call.http1.BodyReader;
import io.hikyaku.call.http1.BodyWriter;
import io.hikyaku.call.http1.Framing;
import io.hikyaku.call.http1.HeadFinder;
import io.hikyaku.call.http1.HeadWriter;
import io.hikyaku.call.socket.SocketOutput;
import io.hikyaku.call.socket.Splice;
import io.hikyaku.loop.Deadline;
import io.hikyaku.stream.Stream;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection to a target: idle, or with one exchange at a time. It is used again only when request and response
/// were both complete and nothing came after them.
public final class TargetConnection extends ChannelInboundHandlerAdapter implements TargetSide {
    /// Some servers take a body of theirs for the next request, whose response would then be someone else's.
    private static final Set<String> BODILESS = Set.of("GET", "HEAD", "OPTIONS");

    private static final Logger LOG = LoggerFactory.getLogger(TargetConnection.class);

    private final Keeper keeper;
    /// What keeps connections between exchanges.
    public interface Keeper {
        /// The connection is idle and may be used again.
        ///
        /// @return for how long it is kept; zero: it is not
        Duration keep(TargetConnection connection);

        /// The connection is idle and may be used again, but only for one caller's connection.
        ///
        /// @return for how long it is kept; zero: it is not
        Duration keepFor(String caller, TargetConnection connection);

        /// A connection that was kept for a caller gets another exchange.
        void onTaken();

        /// What a request is to say in `Host`.
        ///
        /// @param said by its caller
        String authority(String said);

        /// A connection that was kept has closed.
        void forget(TargetConnection connection);

        /// The exchange has left the connection.
        void onFinished();
    }

    private final Channel channel;
    private final SocketOutput out;
    private final HeadFinder heads;
    private final BodyReader body;
    private final Deadline deadline;
    private final Duration tunnelIdle;
    private @Nullable ByteBuf input;
    private @Nullable TargetExchange exchange;
    private @Nullable BodyWriter request;
    private @Nullable Opening opening;
    private @Nullable String caller;
    /// Whether the service may take the user of the connection for someone it has authenticated.
    private boolean authenticated;

    private boolean unusualBody;
    private boolean used;
    private boolean closed;
    private boolean toHead;
    private boolean inBody;
    private boolean untilClose;
    private boolean saidGoodbye;
    private boolean keepAlive;
    private InterimBudget interim = new InterimBudget();
    private long idleSince;

    /// @param maxHead bytes of a head, or of trailers
    /// @param tunnelIdle how long a WebSocket may carry nothing
    public TargetConnection(Channel channel, int maxHead, Duration tunnelIdle, Keeper keeper) {
        this.keeper = keeper;
        this.tunnelIdle = tunnelIdle;
        this.channel = channel;
        this.out = new SocketOutput(channel);
        this.heads = HeadFinder.ofHeads(maxHead, maxHead);
        this.body = new BodyReader(maxHead);
        this.deadline = new Deadline(channel.eventLoop(), this::onDeadline);
    }

    /// Whose exchange is to begin.
    ///
    /// @param connection of a caller; null: it does not matter which
    public void tieTo(@Nullable String connection) {
        caller = connection;
    }

    /// The caller's connection that it was kept for gets another exchange on it.
    public void onTaken() {
        keeper.onTaken();
    }

    @Override
    public void begin(TargetExchange next, RequestHead head, Stream from) {
        exchange = next;
        authenticated |= ConnectionAuth.isIn(head);
        toHead = head.method().equals("HEAD");
        CharSequence key = WebSocket.isAsked(head) ? keyOf(head) : null;
        opening = key == null ? null : new Opening(key);
        inBody = false;
        untilClose = false;
        interim = new InterimBudget();
        deadline.clear();
        out.from(from);
        String authority = keeper.authority(head.authority());
        RequestHead sent = key == null ? head : head.withFields(head.fields().with(WebSocket.KEY, key));
        Framing framing = HeadWriter.writeRequest(out.room(1024), sent, authority);
        request = new BodyWriter(out, framing);
        unusualBody = framing.kind() != Framing.Kind.NONE && BODILESS.contains(head.method());
    }

    /// The caller's key, or one of our own for a caller whose version of HTTP has none.
    private static CharSequence keyOf(RequestHead head) {
        CharSequence given = head.fields().get(WebSocket.KEY);
        return given == null ? WebSocket.newKey() : given;
    }

    @Override
    public void writeBody(ByteBuf data) {
        Opening open = opening;
        if (open == null) {
            writer().write(data);
        } else {
            open.hold(data);
        }
    }

    @Override
    public void writeEnd(@Nullable Fields trailers) {
        Opening open = opening;
        if (open == null) {
            writer().end(trailers);
        } else {
            open.end();
        }
    }

    @Override
    public void creditOnFlush(int bytes) {
        Opening open = opening;
        if (open == null) {
            out.creditOnFlush(bytes);
        } else {
            open.creditOnFlush(bytes);
        }
    }

    private BodyWriter writer() {
        BodyWriter writer = request;
        if (writer == null) {
            throw new IllegalStateException("A request's body without its head");
        }
        return writer;
    }

    @Override
    public void limit(Duration time) {
        deadline.set(time);
    }

    public boolean isKeptBy(Keeper asked) {
        return keeper.equals(asked);
    }

    /// How long it has waited for its next exchange.
    public long idleNanos() {
        return now() - idleSince;
    }

    private long now() {
        return channel.eventLoop().ticker().nanoTime();
    }

    @Override
    public void release() {
        leave();
        used = true;
        boolean usable = keepAlive && input == null && !untilClose && !closed && channel.isActive();
        Duration kept = usable ? keep() : Duration.ZERO;
        if (kept.isZero()) {
            close();
        } else {
            idleSince = now();
            deadline.set(kept);
            setReading(true);
        }
    }

    /// A connection that the service has authenticated is only for the caller that proved its identity.
    private Duration keep() {
        String owner = caller;
        if (!authenticated) {
            return keeper.keep(this);
        }
        return owner == null ? Duration.ZERO : keeper.keepFor(owner, this);
    }

    @Override
    public void abort() {
        leave();
        closed = true;
        out.abort();
    }

    public void close() {
        closed = true;
        channel.close();
    }

    @Override
    public void setReading(boolean wanted) {
        if (channel.isOpen() && wanted != channel.config().isAutoRead()) {
            channel.config().setAutoRead(wanted);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf data = (ByteBuf) message;
        if (exchange == null) {
            data.release();
            close();
            return;
        }
        input = input == null ? data : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(channel.alloc(), input, data);
        try {
            advance(input);
        } catch (BadMessage rejected) {
            onRejected(rejected);
        } finally {
            releaseReadInput();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        TargetExchange current = exchange;
        if (current != null) {
            current.flushResponse();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        TargetExchange current = exchange;
        if (event instanceof ChannelOutputShutdownEvent && current != null) {
            current.onRequestUnwanted();
        } else if (event instanceof SslCloseCompletionEvent closed) {
            saidGoodbye = closed.isSuccess();
            channel.close();
        }
    }

    /// In TLS an end without a goodbye may come from anybody (RFC 9112 §9.8).
    private boolean endedCleanly() {
        return saidGoodbye || channel.pipeline().get(SslHandler.class) == null;
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        TargetExchange current = exchange;
        closed = true;
        deadline.close();
        dropOpening();
        out.drop();
        if (input != null) {
            input.release();
            input = null;
        }
        if (current == null) {
            keeper.forget(this);
        } else if (untilClose && inBody && endedCleanly()) {
            inBody = false;
            current.onTargetEnd(null);
            if (exchange != null) {
                current.onTargetGone(used); // nobody takes the rest of the request
            }
        } else {
            current.onTargetGone(used);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
        Throwable inner = thrown.getCause();
        Throwable cause = thrown instanceof DecoderException && inner != null ? inner : thrown;
        if (!(cause instanceof IOException)) {
            LOG.error("Replaying a call failed", cause);
            channel.close();
        } else if (channel.isActive() && cause instanceof io.netty.channel.socket.ChannelOutputShutdownException) {
            LOG.debug("Target takes no more of the request");
        } else if (cause instanceof SSLException && exchange != null) {
            LOG.debug("TLS with a target broke: {}", cause.getMessage());
            exchange.onTargetReset(ResetCode.TARGET_TLS);
        } else {
            LOG.debug("Target's connection broke: {}", cause.getMessage());
            untilClose = false;
            channel.close();
        }
    }

    private void advance(ByteBuf in) {
        while (exchange != null && in.isReadable()) {
            TargetExchange current = exchange;
            if (inBody) {
                body.read(in, current::onTargetBody);
                if (!body.isDone()) {
                    return;
                }
                endResponse(current, body.trailers());
            } else if (!current.awaitsHead()) {
                throw new BadMessage(Violation.MESSAGE, "bytes after the response");
            } else if (!readHead(in, current)) {
                return;
            }
        }
    }

    private boolean readHead(ByteBuf in, TargetExchange current) {
        int length = heads.find(in);
        if (length < 0) {
            return false;
        }
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        Response response = Response.read(bytes, toHead);
        Opening open = opening;
        if (response.head().status() == 101 && open != null) {
            requireAccept(response, open.key());
            toTunnel(response.head(), current, open);
            return false;
        }
        if (response.head().status() < 200) {
            interim.spend(length);
            if (response.head().status() == 101) {
                throw BadMessage.badRequest("switch of protocols that nobody asked for");
            }
            current.onTargetHead(response.head());
            return true;
        }
        authenticated |= ConnectionAuth.isAskedBy(response.head());
        keepAlive = response.keepAlive() && open == null && !unusualBody;
        untilClose = response.framing().kind() == Framing.Kind.UNTIL_CLOSE;
        current.onTargetHead(response.head());
        body.start(response.framing());
        inBody = !body.isDone();
        if (!inBody) {
            endResponse(current, null);
        }
        return true;
    }

    /// Only a server that has read the handshake may get the bytes that follow it (RFC 6455 §4.1).
    private static void requireAccept(Response response, CharSequence key) {
        CharSequence accept = response.head().fields().get(WebSocket.ACCEPT);
        if (!response.webSocket() || accept == null || !WebSocket.accept(key).contentEquals(accept)) {
            throw BadMessage.badRequest("response to the WebSocket handshake");
        }
    }

    /// Replaces this handler by the tunnel, and gives it the bytes that came with the head.
    private void toTunnel(ResponseHead head, TargetExchange current, Opening open) {
        TargetTunnel tunnel = new TargetTunnel(channel, out, current, tunnelIdle, keeper::onFinished);
        ByteBuf early = input;
        input = null;
        exchange = null;
        opening = null;
        deadline.close();
        channel.pipeline().replace(this, null, tunnel.splice());
        current.onSwitched(head, tunnel);
        open.sendTo(tunnel.splice());
        current.flushResponse();
        if (early != null) {
            read(early, tunnel.splice()); // at once, or what is read next would overtake it
        }
    }

    /// Not from the pipeline's head, where TLS would take them for its own.
    private void read(ByteBuf early, Splice splice) {
        ChannelHandlerContext behindTls = channel.pipeline().context(splice);
        if (early.isReadable() && behindTls != null) {
            splice.channelRead(behindTls, early);
        } else {
            early.release();
        }
    }

    private void endResponse(TargetExchange current, @Nullable Fields trailers) {
        inBody = false;
        releaseReadInput();
        current.onTargetEnd(trailers);
    }

    private void onRejected(BadMessage rejected) {
        LOG.debug("Target's response is not valid: {}", rejected.getMessage());
        TargetExchange current = exchange;
        if (current == null) {
            close();
        } else {
            current.onResponseInvalid();
        }
    }

    private void onDeadline() {
        TargetExchange current = exchange;
        if (current == null) {
            close();
        } else {
            current.onTimeout();
        }
    }

    /// Gives credit for what waited for a WebSocket, as long as it is known whose stream it is.
    private void dropOpening() {
        Opening open = opening;
        if (open != null) {
            opening = null;
            out.creditOnFlush(open.drop());
        }
    }

    private void leave() {
        dropOpening();
        exchange = null;
        request = null;
        out.from(null);
        keeper.onFinished();
    }

    private void releaseReadInput() {
        ByteBuf in = input;
        if (in != null && !in.isReadable()) {
            input = null;
            in.release();
        }
    }
}
