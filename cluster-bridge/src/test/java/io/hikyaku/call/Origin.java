package io.hikyaku.call;

import io.hikyaku.loop.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// A service on loopback that follows a script on each connection, and records the request heads that it got.
public final class Origin implements AutoCloseable {
    /// What is done on a connection, which is closed at its end.
    public interface Script {
        void follow(Heard conversation) throws Exception;
    }

    private static final Queue<Socket> DEAD = new ConcurrentLinkedQueue<>();

    private final ServerSocket server;
    private final Script script;
    private final Wrapping wrapping;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final BlockingQueue<String> heads = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> endings = new LinkedBlockingQueue<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();

    /// Ports of connections that only wait until all before them are accepted.
    private final Set<Integer> askers = ConcurrentHashMap.newKeySet();

    /// What is put around a connection.
    public interface Wrapping {
        Socket around(Socket socket) throws IOException;
    }

    private Origin(Wrapping wrapping, Script script) {
        this.wrapping = wrapping;
        this.script = script;
        try {
            server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    public static Origin following(Script script) {
        return new Origin(socket -> socket, script);
    }

    /// With TLS, or something else, around each connection.
    public static Origin following(Wrapping wrapping, Script script) {
        return new Origin(wrapping, script);
    }

    /// Answers each request of each connection with the same bytes.
    public static Origin answering(String response) {
        return following(conversation -> {
            while (true) {
                conversation.head();
                conversation.say(response);
            }
        });
    }

    /// A port on which nobody listens, and which nobody else is given as long as this process runs.
    public static int deadPort() {
        try {
            Socket taken = new Socket();
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            DEAD.add(taken);
            return taken.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return server.getLocalPort();
    }

    /// Connections accepted so far.
    public int connections() {
        return connections.get();
    }

    /// Waits until all connections that were made so far have been accepted and have ended.
    public void awaitEnds() throws IOException {
        try (Socket asker = new Socket()) {
            asker.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            askers.add(asker.getLocalPort());
            asker.connect(server.getLocalSocketAddress());
            asker.setSoTimeout(60_000);
            if (asker.getInputStream().read() >= 0) {
                throw new AssertionError("taken for a caller");
            }
        }
        Await.until("all connections ended", () -> ended.get() == connections.get());
    }

    /// Request heads heard so far and not yet taken.
    public int headsHeard() {
        return heads.size();
    }

    /// The next request head that was heard.
    public String takeHead() throws InterruptedException {
        return take(heads);
    }

    /// How the next connection ended: `done`, or the failure.
    public String takeEnding() throws InterruptedException {
        return take(endings);
    }

    private static String take(BlockingQueue<String> queue) throws InterruptedException {
        String next = queue.poll(60, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing came");
        }
        return next;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                if (askers.remove(socket.getPort())) {
                    socket.close();
                    continue;
                }
                sockets.add(socket);
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> follow(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void follow(Socket socket) {
        try (Conversation conversation = new Conversation(wrapping.around(socket))) {
            script.follow(new Heard(conversation, socket));
            endings.add("done");
        } catch (Exception failed) {
            endings.add(String.valueOf(failed.getMessage()));
        } finally {
            ended.incrementAndGet();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    /// A conversation whose heads are recorded.
    public final class Heard {
        private final Conversation conversation;
        private final Socket socket;

        Heard(Conversation conversation, Socket socket) {
            this.conversation = conversation;
            this.socket = socket;
        }

        /// Ends the connection below without a word of what is around it.
        public void cut() throws IOException {
            socket.close();
        }

        /// What was chosen by ALPN.
        public String protocol() {
            return TestAuthority.protocolOf(conversation.socket());
        }

        /// Speaks HTTP/2 from here on.
        ///
        /// @param settings identifiers and values in turn
        public Http2Talk http2(int... settings) throws IOException {
            return Http2Talk.serving(conversation.socket(), settings);
        }

        /// Records a head that was not heard as text.
        public String heard(String head) {
            heads.add(head);
            return head;
        }

        public Conversation raw() {
            return conversation;
        }

        public String head() throws IOException {
            String head = conversation.hearHead();
            heads.add(head);
            return head;
        }

        public Heard say(String text) throws IOException {
            conversation.say(text);
            return this;
        }
    }
}
