package io.hikyaku.link.kafka;

import io.hikyaku.link.Link;
import io.hikyaku.link.Neighbour;
import io.hikyaku.wire.link.LinkFrame.Goodbye;
import io.netty.buffer.ByteBuf;

/// Where packets out of its own inbox come from, one per event loop. Nobody is at the other end, so nothing can
/// be sent.
///
/// @param name of the inbox, for logs
/// @param shard the event loop it hands packets to
record InboxLink(String name, int shard) implements Link {
    @Override
    public Neighbour neighbour() {
        return TopicLink.NEIGHBOUR;
    }

    @Override
    public boolean dialled() {
        return true;
    }

    @Override
    public void send(ByteBuf packet) {
        packet.release();
    }

    @Override
    public long queuedBytes() {
        return 0;
    }

    @Override
    public long roundTripMicros() {
        return -1;
    }

    /// A topic can be neither greeted nor left: it goes with the transport.
    @Override
    public void close(Goodbye.Code code, String detail) {}
}
