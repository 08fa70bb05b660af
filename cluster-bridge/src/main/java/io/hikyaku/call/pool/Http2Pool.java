package io.hikyaku.call.pool;

import io.hikyaku.call.dial.TargetEndpoint;
import io.hikyaku.call.http2.client.TargetHttp2Connection;
import io.hikyaku.call.http2.client.TargetHttp2Connection.Terms;
import io.hikyaku.loop.Deadline;
import io.hikyaku.service.Target.Scheme;
import io.hikyaku.service.TargetHost;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The HTTP/2 connections to one target: usually one; more, up to a bound, when the target takes no more streams on the
/// existing ones. Exchanges that find no room wait in turn. Belongs to its event loop.
final class Http2Pool implements TargetHttp2Connection.Keeper {
    private static final int MAX_CONNECTIONS = 16;
    private static final int MAX_WAITING = 10_000;

    private final EventLoop loop;
    private final TargetEndpoint target;
    private final TargetHost host;
    private final Terms terms;
    private final Dialling dialling;
    private final Duration patience;
    private final Deadline wait;
    private final List<TargetHttp2Connection> connections = new ArrayList<>();
    /// Those whose target has not sent its SETTINGS yet.
    private final List<TargetHttp2Connection> unready = new ArrayList<>();
    private final ArrayDeque<TargetAcquire> waiting = new ArrayDeque<>();
    private int pending;
    /// Whether the target has ever sent its SETTINGS.
    private boolean spoken;

    private boolean closed;

    /// Connects on behalf of the pool.
    interface Dialling {
        /// Is to end in [#onDialled].
        void dial();

        /// The target's connection takes no WebSocket, which the search needs.
        void onNoWebSockets(TargetAcquire search);
    }

    /// @param patience how long an exchange waits for room once all connections are there
    Http2Pool(
            EventLoop loop, TargetEndpoint target, TargetHost host, Terms terms, Duration patience, Dialling dialling) {
        this.loop = loop;
        this.target = target;
        this.host = host;
        this.terms = terms;
        this.patience = patience;
        this.dialling = dialling;
        this.wait = new Deadline(loop, this::onPatienceOver);
    }

    /// Gives the search a place, now or later.
    void find(TargetAcquire search) {
        TargetHttp2Connection with = withRoom(search);
        if (with != null) {
            serve(with, search);
        } else if (waiting.size() >= MAX_WAITING) {
            search.fail(ResetCode.REFUSED);
        } else {
            waiting.add(search);
            target.begin();
            search.at(() -> {
                waiting.remove(search);
                target.finish();
            });
            goOn();
        }
    }

    /// Speaks HTTP/2 on a fresh connection, which serves once its target has sent its SETTINGS.
    void join(Channel channel) {
        pending++;
        unready.add(TargetHttp2Connection.on(channel, terms, this));
    }

    /// A connection that was asked for is there, or it failed.
    ///
    /// @return the waiting searches, which are to search on; empty if other connections may serve them
    List<TargetAcquire> onDialled(boolean failed) {
        pending--;
        if (failed && !connections.isEmpty()) {
            waitForRoom();
            return List.of();
        }
        return takeWaiting();
    }

    private List<TargetAcquire> takeWaiting() {
        List<TargetAcquire> all = new ArrayList<>(waiting);
        waiting.clear();
        all.forEach(search -> target.finish());
        return all;
    }

    private @Nullable TargetHttp2Connection withRoom(TargetAcquire search) {
        for (TargetHttp2Connection connection : connections) {
            if (connection.hasRoom() && !(search.fresh() && connection.isRefusing())) {
                return connection;
            }
        }
        return null;
    }

    private void serve(TargetHttp2Connection connection, TargetAcquire search) {
        if (search.isWebSocket() && !connection.takesWebSockets()) {
            dialling.onNoWebSockets(search);
            return;
        }
        target.begin();
        search.found(connection.open());
    }

    /// Serves the waiting searches as far as there is room, and looks for more.
    private void goOn() {
        while (!waiting.isEmpty()) {
            TargetHttp2Connection with = withRoom(waiting.getFirst());
            if (with == null) {
                break;
            }
            target.finish();
            serve(with, waiting.removeFirst());
        }
        if (waiting.isEmpty()) {
            wait.clear();
        } else if (pending == 0 && connections.size() < MAX_CONNECTIONS) {
            pending++;
            dialling.dial();
        } else if (pending == 0) {
            waitForRoom();
        }
    }

    private void waitForRoom() {
        if (!waiting.isEmpty()) {
            long since = waiting.getFirst().sinceNanos();
            wait.set(Duration.ofNanos(Math.max(0, since + patience.toNanos() - now())));
        }
    }

    private void onPatienceOver() {
        while (!waiting.isEmpty() && now() - waiting.getFirst().sinceNanos() >= patience.toNanos()) {
            target.finish();
            waiting.removeFirst().fail(ResetCode.REFUSED);
        }
        goOn();
    }

    private long now() {
        return loop.ticker().nanoTime();
    }

    @Override
    public void onReady(TargetHttp2Connection connection) {
        pending--;
        unready.remove(connection);
        spoken = true;
        target.onHttp2(true);
        connections.add(connection);
        goOn();
        if (closed) {
            connection.leave();
        }
    }

    @Override
    public void onUnusable(TargetHttp2Connection connection, ResetCode why) {
        unready.remove(connection);
        if (connections.isEmpty() && isItsFault(why)) {
            target.onHttp2(false);
        }
        for (TargetAcquire search : onDialled(true)) {
            search.fail(why);
        }
    }

    /// A target that speaks something else is for people to look into. One that is spoken to in HTTP/2 only because
    /// a caller says that it makes a gRPC call is judged only once it has spoken HTTP/2: otherwise callers could
    /// eject targets that never do.
    private boolean isItsFault(ResetCode why) {
        boolean silent = why == ResetCode.TARGET_REFUSED || why == ResetCode.TARGET_CONNECT_TIMEOUT;
        return silent && (spoken || target.target().scheme() != Scheme.PLAIN);
    }

    @Override
    public void onRoom() {
        goOn();
    }

    @Override
    public void forget(TargetHttp2Connection connection) {
        connections.remove(connection);
    }

    @Override
    public String authority(String said) {
        String authority = host.authority(said, target.target());
        return authority.isEmpty() ? target.target().authority() : authority;
    }

    @Override
    public void onFinished() {
        target.finish();
    }

    /// The target is gone: what is not in use is closed, and nothing waits here any more.
    ///
    /// @return the searches that waited, which are to search elsewhere
    List<TargetAcquire> retire() {
        List<TargetAcquire> homeless = takeWaiting();
        wait.close();
        close();
        List.copyOf(unready).forEach(TargetHttp2Connection::leave);
        return homeless;
    }

    /// Ends idle connections; the others end with their exchanges.
    void close() {
        closed = true;
        List.copyOf(connections).forEach(TargetHttp2Connection::leave);
    }
}
