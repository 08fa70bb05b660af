package io.hikyaku.call.http1.client;

import io.hikyaku.call.socket.Splice;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/// A WebSocket that a target has been asked for, until it has responded. What the caller sends meanwhile, as a caller
/// in HTTP/2 may, waits here: only a server that has read the handshake may get it. The stream's window bounds it,
/// since no credit is given for it. Belongs to its event loop.
final class Opening {
    private final CharSequence key;
    private final ArrayDeque<ByteBuf> early = new ArrayDeque<>(0);
    private int owed;
    private boolean ended;

    /// @param key that the response has to prove it has read
    Opening(CharSequence key) {
        this.key = key;
    }

    CharSequence key() {
        return key;
    }

    /// Takes ownership.
    void hold(ByteBuf data) {
        early.add(data);
    }

    void creditOnFlush(int bytes) {
        owed += bytes;
    }

    /// The caller will send no more.
    void end() {
        ended = true;
    }

    /// It is open.
    void sendTo(Splice tunnel) {
        while (!early.isEmpty()) {
            tunnel.write(early.remove());
        }
        tunnel.creditOnFlush(owed);
        owed = 0;
        if (ended) {
            tunnel.end();
        }
    }

    /// It will not be open.
    ///
    /// @return bytes for which credit is due
    int drop() {
        int bytes = owed;
        owed = 0;
        early.forEach(ByteBuf::release);
        early.clear();
        return bytes;
    }
}
