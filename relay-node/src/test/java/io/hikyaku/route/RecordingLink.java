package io.hikyaku.route;

import io.hikyaku.link.Link;
import io.hikyaku.link.Neighbour;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.link.LinkFrame.Goodbye;
import io.hikyaku.wire.route.RegistryFrame;
import io.hikyaku.wire.route.RegistryFrames;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/// A link that only writes down the registry frames that it is given.
public final class RecordingLink implements Link {
    private final Neighbour neighbour;
    private final List<RegistryFrame> frames = new ArrayList<>();
    private long queued;

    public RecordingLink(Neighbour neighbour) {
        this.neighbour = neighbour;
    }

    /// What was sent since the last call.
    public List<RegistryFrame> takeRegistryFrames() {
        List<RegistryFrame> taken = List.copyOf(frames);
        frames.clear();
        return taken;
    }

    /// Claims that so many bytes wait.
    public void queue(long bytes) {
        queued = bytes;
    }

    @Override
    public Neighbour neighbour() {
        return neighbour;
    }

    @Override
    public String name() {
        return "to " + neighbour.member();
    }

    @Override
    public boolean dialled() {
        return true;
    }

    @Override
    public int shard() {
        return 0;
    }

    @Override
    public void send(ByteBuf packet) {
        int length = Packet.checkedBodyLength(packet);
        frames.add(RegistryFrames.read(packet.skipBytes(Packet.HEADER_BYTES).readSlice(length)));
        packet.release();
    }

    @Override
    public long queuedBytes() {
        return queued;
    }

    @Override
    public long roundTripMicros() {
        return -1;
    }

    @Override
    public void close(Goodbye.Code code, String detail) {
        throw new IllegalStateException("Closed: " + detail);
    }
}
