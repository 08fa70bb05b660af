package io.hikyaku.identity;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/// Two JSSE engines that talk to each other in memory.
public final class TlsHandshake {

    private static final int MAX_ROUNDS = 100;
    private static final int WIRE_BYTES = 1 << 17;

    private TlsHandshake() {}

    /// Runs both to the end of the handshake, and until neither has anything more to say.
    ///
    /// @throws SSLException what the first side to refuse says
    public static void complete(SSLEngine client, SSLEngine server) throws SSLException {
        ByteBuffer toServer = ByteBuffer.allocate(WIRE_BYTES);
        ByteBuffer toClient = ByteBuffer.allocate(WIRE_BYTES);
        client.beginHandshake();
        server.beginHandshake();
        for (int round = 0; round < MAX_ROUNDS; round++) {
            boolean progress = write(client, toServer);
            progress |= read(server, toServer);
            progress |= write(server, toClient);
            progress |= read(client, toClient);
            if (!progress) {
                break;
            }
        }
        if (!isDone(client) || !isDone(server)) {
            throw new IllegalStateException(
                    "stuck: client " + client.getHandshakeStatus() + ", server " + server.getHandshakeStatus());
        }
    }

    private static boolean isDone(SSLEngine engine) {
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }

    private static boolean write(SSLEngine from, ByteBuffer wire) throws SSLException {
        int before = wire.position();
        runTasks(from);
        while (from.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            from.wrap(ByteBuffer.allocate(0), wire);
            runTasks(from);
        }
        return wire.position() > before;
    }

    private static boolean read(SSLEngine into, ByteBuffer wire) throws SSLException {
        wire.flip();
        boolean progress = wire.hasRemaining();
        ByteBuffer plain = ByteBuffer.allocate(1 << 15);
        while (wire.hasRemaining() && into.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) {
            int before = wire.remaining();
            into.unwrap(wire, plain);
            runTasks(into);
            if (wire.remaining() == before && into.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP) {
                break;
            }
        }
        wire.compact();
        return progress;
    }

    private static void runTasks(SSLEngine engine) {
        while (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
            engine.getDelegatedTask().run();
        }
    }
}
