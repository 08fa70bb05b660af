package io.hikyaku.link.session;

import io.hikyaku.identity.Member;
import io.hikyaku.identity.Rejected;
import io.hikyaku.identity.tls.LinkTls;
import io.hikyaku.link.LinkEvents;
import io.hikyaku.link.LinkSettings;
import io.hikyaku.link.session.LinkMeters.Refusal;
import io.hikyaku.link.session.SessionState.AwaitingHello;
import io.hikyaku.link.session.SessionState.AwaitingProof;
import io.hikyaku.link.session.SessionState.Ended;
import io.hikyaku.link.session.SessionState.Ending;
import io.hikyaku.link.session.SessionState.Opening;
import io.hikyaku.link.session.SessionState.Secured;
import io.hikyaku.link.session.SessionState.Up;
import io.hikyaku.loop.Guarded;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.hikyaku.wire.link.LinkFrame;
import io.hikyaku.wire.link.LinkFrame.Goodbye;
import io.hikyaku.wire.link.LinkFrame.Hello;
import io.hikyaku.wire.link.LinkFrame.Ping;
import io.hikyaku.wire.link.LinkFrame.Pong;
import io.hikyaku.wire.link.LinkFrame.Proof;
import io.hikyaku.wire.link.LinkFrames;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection, from its first byte to its last: the last handler of its pipeline, behind TLS and, for `wss`, the
/// WebSocket. It greets, checks, keeps alive and passes packets on; [SessionState] says which step is legal when.
/// Touched only by the connection's event loop, except for [#close] and [#leave].
public final class LinkSession extends ChannelInboundHandlerAdapter implements SendQueue.Listener, PacketFramer.Sink {
    /// How long the neighbour has to close after our goodbye: closing before it has read would destroy what is in
    /// flight.
    static final Duration GOODBYE = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(LinkSession.class);

    private final Setup setup;
    private final Owner owner;
    private final Channel channel;
    private final Place place;
    private final LinkMeters meters;
    private final PacketFramer framer;
    private final SendQueue queue;
    private final Keepalive keepalive;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private SessionState state = new Opening();
    private @Nullable SocketLink link;
    /// The one timer of the present state: of the greeting, of the keepalive, or of the goodbye.
    private @Nullable Future<?> timer;
    private @Nullable String leaving;
    private long greetedAt;
    private int packetsRead;
    private long bytesRead;

    /// What all sessions of a node share.
    ///
    /// @param shardCount how many event loops this node has
    public record Setup(LinkIdentity own, int shardCount, LinkSettings settings, LinkEvents events) {
        public Setup withOwn(LinkIdentity renewed) {
            return new Setup(renewed, shardCount, settings, events);
        }
    }

    /// What this connection is.
    ///
    /// @param shard the event loop of this node that it belongs to
    /// @param name for logs and status
    public record Place(LinkTransport transport, int shard, String name, boolean dialled) {}

    /// What dialled or accepted; told on the connection's event loop.
    public interface Owner {
        /// TLS has proven that the other side is a member of the mesh.
        default void onSecured(LinkSession session) {}

        void onUp(SocketLink link);

        /// Once, whether the link was ever up or not.
        void onEnded(LinkSession session, String reason);
    }

    public LinkSession(Setup setup, Owner owner, Channel channel, Place place, LinkMeters meters) {
        this.setup = setup;
        this.owner = owner;
        this.channel = channel;
        this.place = place;
        this.meters = meters;
        this.framer = new PacketFramer(channel.alloc());
        this.queue = new SendQueue(channel, setup.settings(), this);
        this.keepalive = new Keepalive(
                setup.settings().limits().keepaliveInterval(),
                setup.settings().limits().deadAfter(),
                now());
    }

    public Place place() {
        return place;
    }

    public Channel channel() {
        return channel;
    }

    /// Whether the link was ever up; the event loop only.
    public boolean wasUp() {
        return link != null;
    }

    /// Any thread.
    public void close(Goodbye.Code code, String detail) {
        channel.eventLoop().execute(() -> toEnding(code, detail));
    }

    /// Says goodbye once what waits is sent, or the time for that is over. Any thread.
    public CompletableFuture<Void> leave(String detail, Duration drain) {
        channel.eventLoop().execute(() -> {
            if (state instanceof Up && !queue.isEmpty()) {
                leaving = detail;
                channel.eventLoop()
                        .schedule(
                                () -> toEnding(Goodbye.Code.LEAVING, detail), drain.toMillis(), TimeUnit.MILLISECONDS);
            } else {
                toEnding(Goodbye.Code.LEAVING, detail);
            }
        });
        return ended;
    }

    // ---- from the pipeline

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        after(setup.settings().limits().handshakeTimeout(), this::onGreetingTimeout);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        switch (event) {
            case SslHandshakeCompletionEvent tls -> onTls(tls);
            case ClientHandshakeStateEvent client
            when client == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE -> greet();
            case WebSocketServerProtocolHandler.HandshakeComplete _ -> greet();
            case WebSocketPackets.End _ -> onEndOfMessage();
            default -> ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf bytes) || isOver()) {
            ReferenceCountUtil.release(message);
            return;
        }
        bytesRead += bytes.readableBytes();
        try {
            framer.feed(bytes, this);
        } catch (Malformed e) {
            onMalformed(e);
        }
    }

    /// Something came out of the socket, be it a piece of a TLS record.
    public void onBytes() {
        if (keepalive.onBytes() && state instanceof Up && link != null) {
            setup.events().onDoubt(link, false);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        meters.onReceived(packetsRead, bytesRead);
        packetsRead = 0;
        bytesRead = 0;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (channel.isWritable()) {
            queue.onWritable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        toEnded(state instanceof Ending ending ? ending.reason() : "the neighbour closed the connection");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
        switch (failure) {
            case Malformed malformed -> onMalformed(malformed);
            case DecoderException wrapped when wrapped.getCause() instanceof SSLException tls -> onTlsFailure(tls);
            case SSLException tls -> onTlsFailure(tls);
            case DecoderException decoding ->
                onMalformed(new Malformed(Malformed.Reason.INVALID_VALUE, said(decoding)));
            case IOException io -> toEnded(said(io));
            case Exception other when state instanceof Opening || state instanceof Secured -> toEnded(said(other));
            default -> onOwnMistake(failure);
        }
    }

    // ---- greeting

    private void onTls(SslHandshakeCompletionEvent event) {
        if (!event.isSuccess()) {
            onTlsFailure(event.cause());
            return;
        }
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        try {
            Member member = LinkTls.established(tls, place.transport().protocol());
            onSecured(member, tls.engine().getSession().getPeerCertificates()[0].getPublicKey());
        } catch (Rejected | SSLException e) {
            meters.onRefused(Refusal.TLS);
            toEnded(said(e));
        }
    }

    /// TLS has proved the other side's identity.
    void onSecured(Member member, PublicKey certificateKey) {
        if (state instanceof Opening opening) {
            state = opening.toSecured(member, certificateKey);
            owner.onSecured(this);
            if (place.transport() == LinkTransport.TLS) {
                greet();
            }
        }
    }

    private void greet() {
        if (!(state instanceof Secured secured)) {
            throw new IllegalStateException("greeting in state " + state);
        }
        AwaitingHello next = secured.toAwaitingHello(setup.own(), place.shard(), setup.shardCount());
        state = next;
        greetedAt = now();
        write(next.hello());
    }

    private void onHello(Hello hello) throws GreetingRefused {
        if (!(state instanceof AwaitingHello waiting)) {
            throw unexpected("hello");
        }
        AwaitingProof next = waiting.onHello(hello);
        state = next;
        write(next.proof());
    }

    private void onProof(Proof proof) throws GreetingRefused {
        if (!(state instanceof AwaitingProof waiting)) {
            throw unexpected("proof");
        }
        Up up = waiting.onProof(proof);
        state = up;
        keepalive.onGreeting(now() - greetedAt);
        SocketLink greeted = new SocketLink(this, up.neighbour(), queue, keepalive);
        link = greeted;
        meters.onUp();
        LOG.info("link up: {}", greeted);
        sendPing();
        beginKeepaliveTurn();
        owner.onUp(greeted);
        setup.events().onUp(greeted);
    }

    private void onGreetingTimeout() {
        meters.onRefused(Refusal.TIMEOUT);
        toEnding(Goodbye.Code.OTHER, "the greeting was not done in time");
    }

    // ---- packets

    @Override
    public boolean onPacket(ByteBuf packet) {
        packetsRead++;
        try {
            if (Packet.kind(packet) == PacketKind.LINK) {
                onLinkPacket(packet);
            } else if (!(state instanceof Up up)) {
                throw unexpected("packet of kind " + Packet.kind(packet));
            } else if (up.neighbour().maySend(Packet.kind(packet), Packet.source(packet))) {
                pass(packet.retain());
            } else {
                onForeignSource(packet);
            }
        } finally {
            packet.release();
        }
        return !isOver();
    }

    private void pass(ByteBuf packet) {
        if (link == null) {
            throw new IllegalStateException("up without a link");
        }
        setup.events().onPacket(link, packet);
    }

    private void onForeignSource(ByteBuf packet) {
        meters.onRefused(Refusal.FOREIGN_SOURCE);
        String detail = "a " + Packet.kind(packet) + " packet of " + Packet.source(packet)
                + " from a neighbour that may not forward";
        LOG.warn("link {} is closed: {}", place.name(), detail);
        toEnding(Goodbye.Code.FOREIGN_SOURCE, detail);
    }

    private void onLinkPacket(ByteBuf packet) {
        LinkFrame frame = LinkFrames.read(packet.skipBytes(Packet.HEADER_BYTES));
        try {
            switch (frame) {
                case Hello hello -> onHello(hello);
                case Proof proof -> onProof(proof);
                case Ping ping -> onPing(ping);
                case Pong pong -> keepalive.onPong(pong.token(), now());
                case Goodbye goodbye -> onGoodbye(goodbye);
            }
        } catch (GreetingRefused e) {
            meters.onRefused(e.code() == Goodbye.Code.VERSION ? Refusal.VERSION : Refusal.IDENTITY);
            toEnding(e.code(), e.detail());
        }
    }

    private void onGoodbye(Goodbye goodbye) {
        toEnded("the neighbour said goodbye: " + goodbye.code() + " " + printable(goodbye.detail()));
    }

    private void onEndOfMessage() {
        if (!isOver() && framer.isWithinPacket()) {
            onMalformed(new Malformed(Malformed.Reason.TRUNCATED, "a WebSocket message ends within a packet"));
        }
    }

    // ---- keepalive

    private void beginKeepaliveTurn() {
        after(keepalive.beginTurn(now()), this::onKeepaliveTurn);
    }

    private void onKeepaliveTurn() {
        boolean doubted = keepalive.isDoubted();
        switch (keepalive.onTurn(now())) {
            case DEAD -> {
                meters.onRefused(Refusal.SILENT);
                toEnded("nothing was heard for " + keepalive.patience().toMillis() + " ms");
                return;
            }
            case PING -> sendPing();
            case REST -> {}
        }
        beginKeepaliveTurn();
        if (keepalive.isDoubted() && !doubted && link != null) {
            LOG.info("link {} does not answer; it is used last", link);
            setup.events().onDoubt(link, true);
        }
    }

    /// Any thread.
    void probe() {
        channel.eventLoop().execute(() -> {
            if (state instanceof Up && !keepalive.isDoubted()) {
                sendPing(keepalive.onSiblingDoubted(now()));
                beginKeepaliveTurn();
            }
        });
    }

    private void sendPing() {
        sendPing(keepalive.onPing(now()));
    }

    private void sendPing(long token) {
        if (channel.isWritable()) {
            write(new Ping(token));
        }
    }

    /// A neighbour that pings without reading must not fill our memory with answers; and while it has that much of
    /// ours to read, it knows that we are alive.
    private void onPing(Ping ping) {
        if (!(state instanceof Up)) {
            throw unexpected("ping");
        }
        if (channel.isWritable()) {
            write(new Pong(ping.token()));
        }
    }

    // ---- the send queue

    @Override
    public void onHandedOver(int packets, long bytes) {
        meters.onSent(packets, bytes);
        if (state instanceof Up && keepalive.onSent()) {
            beginKeepaliveTurn();
        }
        if (leaving != null && queue.isEmpty()) {
            toEnding(Goodbye.Code.LEAVING, leaving);
        }
    }

    @Override
    public void onDrained() {
        if (state instanceof Up && link != null) {
            setup.events().onDrained(link);
        }
    }

    @Override
    public void onOverflow() {
        meters.onRefused(Refusal.LIMIT);
        LOG.warn("link {} is closed: {} bytes wait for it", place.name(), queue.queuedBytes());
        toEnding(Goodbye.Code.LIMIT, "too much waits for this link");
    }

    // ---- the end

    private void onMalformed(Malformed malformed) {
        if (isOver()) {
            return;
        }
        meters.onMalformed(malformed.reason());
        LOG.warn("link {} is closed: malformed bytes: {}", place.name(), printable(said(malformed)));
        toEnding(Goodbye.Code.MALFORMED, said(malformed));
    }

    private void onTlsFailure(Throwable failure) {
        if (isOver()) {
            return;
        }
        if (link == null) {
            meters.onRefused(Refusal.TLS);
        }
        toEnded("TLS: " + rootOf(failure));
    }

    private void onOwnMistake(Throwable failure) {
        meters.onRefused(Refusal.INTERNAL);
        LOG.error("link {} in state {} is closed after a mistake of ours", place.name(), state, failure);
        toEnding(Goodbye.Code.OTHER, "internal error");
    }

    /// Says goodbye, if it can be heard, and waits for the neighbour to close.
    private void toEnding(Goodbye.Code code, String detail) {
        if (isOver()) {
            return;
        }
        boolean heard = !(state instanceof Opening || state instanceof Secured);
        state = new Ending(detail);
        try {
            down(detail);
        } finally {
            if (heard) {
                write(new Goodbye(code, detail));
                after(GOODBYE, () -> toEnded(detail));
            } else {
                toEnded(detail);
            }
        }
    }

    private void toEnded(String reason) {
        if (state instanceof Ended) {
            return;
        }
        boolean wasDown = state instanceof Ending;
        state = new Ended();
        cancelTimer();
        framer.release();
        try {
            if (!wasDown) {
                down(reason);
            }
        } finally {
            channel.close();
            owner.onEnded(this, reason);
            ended.complete(null);
        }
    }

    private void down(String reason) {
        queue.close();
        if (link != null) {
            meters.onDown();
            LOG.info("link down: {}: {}", link, reason);
            setup.events().onDown(link, reason);
        }
    }

    private boolean isOver() {
        return state instanceof Ending || state instanceof Ended;
    }

    // ---- small change

    private void write(LinkFrame frame) {
        ByteBuf packet = channel.alloc().buffer().writeZero(Packet.HEADER_BYTES);
        LinkFrames.write(packet, frame);
        int length = packet.readableBytes();
        Packet.betweenNeighbours(
                        PacketKind.LINK,
                        length - Packet.HEADER_BYTES,
                        setup.own().node())
                .write(packet.writerIndex(0));
        channel.writeAndFlush(packet.writerIndex(length), channel.voidPromise());
    }

    /// Replaces the timer of the state before.
    private void after(Duration delay, Runnable task) {
        cancelTimer();
        timer = channel.eventLoop().schedule(Guarded.of("a link", task), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private long now() {
        Ticker ticker = channel.eventLoop().ticker();
        return ticker.nanoTime();
    }

    private Malformed unexpected(String what) {
        return new Malformed(
                Malformed.Reason.INVALID_VALUE,
                what + " in state " + state.getClass().getSimpleName());
    }

    /// The innermost cause knows best, for instance which rule a certificate broke.
    private static String rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return printable(said(root));
    }

    private static String said(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    private static String printable(String foreign) {
        return foreign.replaceAll("\\p{Cntrl}", "?");
    }
}
