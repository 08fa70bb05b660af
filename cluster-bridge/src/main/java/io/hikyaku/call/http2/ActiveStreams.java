package io.hikyaku.call.http2;

import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.ArrayList;
import java.util.List;

/// What a connection's open streams have been given, as a list of its own: streams may close while it is gone through.
final class ActiveStreams {
    private ActiveStreams() {}

    /// @param key under which each stream has a `T`, or nothing
    static <T> List<T> of(Http2Connection connection, Http2Connection.PropertyKey key) {
        List<T> open = new ArrayList<>(connection.numActiveStreams());
        try {
            connection.forEachActiveStream(http2 -> {
                T stream = http2.getProperty(key);
                if (stream != null) {
                    open.add(stream);
                }
                return true;
            });
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
        return open;
    }
}
