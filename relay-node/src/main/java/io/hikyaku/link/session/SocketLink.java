package io.hikyaku.link.session;

import io.hikyaku.link.Link;
import io.hikyaku.link.Neighbour;
import io.hikyaku.wire.link.LinkFrame.Goodbye;
import io.netty.buffer.ByteBuf;

/// A link over a socket, as the layer above sees it.
public final class SocketLink implements Link {
    private final LinkSession session;
    private final Neighbour neighbour;
    private final SendQueue queue;
    private final Keepalive keepalive;

    SocketLink(LinkSession session, Neighbour neighbour, SendQueue queue, Keepalive keepalive) {
        this.session = session;
        this.neighbour = neighbour;
        this.queue = queue;
        this.keepalive = keepalive;
    }

    public LinkSession session() {
        return session;
    }

    @Override
    public Neighbour neighbour() {
        return neighbour;
    }

    @Override
    public String name() {
        return session.place().name();
    }

    @Override
    public boolean dialled() {
        return session.place().dialled();
    }

    @Override
    public int shard() {
        return session.place().shard();
    }

    @Override
    public void send(ByteBuf packet) {
        queue.add(packet);
    }

    @Override
    public long queuedBytes() {
        return queue.queuedBytes();
    }

    @Override
    public long roundTripMicros() {
        return keepalive.roundTripMicros();
    }

    @Override
    public void probe() {
        session.probe();
    }

    @Override
    public void close(Goodbye.Code code, String detail) {
        session.close(code, detail);
    }

    @Override
    public String toString() {
        return name() + " to " + neighbour.member() + " " + neighbour.node().abbreviated();
    }
}
