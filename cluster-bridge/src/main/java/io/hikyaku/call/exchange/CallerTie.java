package io.hikyaku.call.exchange;

import io.hikyaku.balance.EndpointLoad;
import io.hikyaku.call.http.ConnectionAuth;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.netty.util.AsciiString;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// Ties the requests of one caller's HTTP/1 connection to one connection of a target, once its service authenticates
/// connections ([ConnectionAuth]): they go to the same exporter, with a name that nobody else knows (PROTOCOL.md §7.2).
/// Belongs to the connection's event loop.
public final class CallerTie {
    /// Between two bridges only.
    static final AsciiString NAME = AsciiString.cached("X-Hikyaku-Connection");

    private static final int TOKEN_BYTES = 16;
    private static final int MAX_LENGTH = 64;
    private static final SecureRandom RANDOM = new SecureRandom();

    private @Nullable AsciiString token;
    private @Nullable EndpointLoad load;

    /// A request is about to go.
    ///
    /// @return the request as it goes on, to [#seat]
    RequestHead onRequest(RequestHead head) {
        if (ConnectionAuth.isIn(head)) {
            tie();
        }
        AsciiString name = token;
        return name == null ? head : head.withFields(head.fields().with(NAME, name));
    }

    /// Where the next request is to go; null: anywhere.
    @Nullable
    EndpointLoad seat() {
        return token == null ? null : load;
    }

    /// Where a request has gone.
    void onSeat(EndpointLoad taken) {
        load = taken;
    }

    /// No response has come from there, so any exporter of the service may take the next request. It is up to the
    /// service to ask for authentication anew; the name stays, since the caller does.
    void onFailure() {
        load = null;
    }

    void onResponse(ResponseHead head) {
        if (ConnectionAuth.isAskedBy(head)) {
            tie();
        }
    }

    private void tie() {
        if (token == null) {
            byte[] bytes = new byte[TOKEN_BYTES];
            RANDOM.nextBytes(bytes);
            token = AsciiString.of(HexFormat.of().formatHex(bytes));
        }
    }

    /// The name of the caller's connection in a request that has come from another bridge.
    ///
    /// @param cluster that it came from, so that no cluster can name connections of another's callers
    /// @return null: the request is tied to none
    static @Nullable String of(RequestHead head, String cluster) {
        CharSequence name = head.fields().get(NAME);
        return name == null || name.length() > MAX_LENGTH ? null : cluster + ' ' + name;
    }
}
