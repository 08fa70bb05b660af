package io.hikyaku.bridge.shard;

import io.hikyaku.balance.Candidate.Waiter;
import io.hikyaku.call.Problem;
import io.hikyaku.channel.Channels;
import io.hikyaku.channel.Closed;
import io.hikyaku.stream.StreamMux;
import io.hikyaku.wire.NodeId;
import org.jspecify.annotations.Nullable;

/// The channel of one event loop to one other instance, observed by polling: handshakes are retried, and their failure
/// is told only to callers of [#await].
final class ChannelConnection implements RemoteExporter.Connection {
    private final NodeId node;
    private final Channels<StreamMux> channels;
    private @Nullable StreamMux current;
    private int failures;

    ChannelConnection(NodeId node, Channels<StreamMux> channels) {
        this.node = node;
        this.channels = channels;
    }

    @Override
    public State state() {
        StreamMux last = current;
        Closed closed = last == null ? null : last.closed();
        if (closed != null) {
            failures += closed.wasOpen() ? 0 : 1;
            current = null;
        }
        StreamMux now = channels.existing(node);
        current = now;
        if (now == null) {
            return State.NONE;
        }
        return now.isOpen() ? State.OPEN : State.OPENING;
    }

    @Override
    public int failures() {
        return failures;
    }

    @Override
    public long roundTripNanos() {
        StreamMux now = current;
        return now == null ? -1 : now.roundTripNanos();
    }

    @Override
    public boolean isSilent() {
        StreamMux now = current;
        return now != null && now.isSilent();
    }

    @Override
    public void open() {
        mux();
    }

    @Override
    public void await(Waiter waiter) {
        StreamMux last = current;
        StreamMux mux = last == null ? mux() : last;
        if (mux.isOpen()) {
            waiter.onReady(mux);
        } else {
            mux.whenDecided(closed -> decided(mux, closed, waiter));
        }
    }

    private static void decided(StreamMux mux, @Nullable Closed closed, Waiter waiter) {
        if (closed == null) {
            waiter.onReady(mux);
        } else {
            waiter.onUnreachable(problem(closed));
        }
    }

    private StreamMux mux() {
        state();
        StreamMux now = channels.to(node);
        current = now;
        return now;
    }

    private static Problem problem(Closed closed) {
        return switch (closed.code()) {
            case LIMIT -> Problem.OVERLOADED;
            case LEAVING -> Problem.DRAINING;
            case UNAUTHENTIC -> Problem.INTERNAL;
            case OTHER, IDLE, PROTOCOL, GAP, DEAD_PATH -> Problem.UNREACHABLE;
        };
    }
}
