package io.hikyaku.mesh;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.Map;

/// Calls in HTTP/2, plain ones and gRPC's, which may be under way for as long as a test wants.
final class Http2Caller implements AutoCloseable {
    static final String PLAIN = "text/plain";
    static final String GRPC = "application/grpc";
    private static final String NO_MESSAGE = "\0\0\0\0\0";

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = vertx.createHttpClient(new HttpClientOptions()
            .setProtocolVersion(HttpVersion.HTTP_2)
            .setHttp2ClearTextUpgrade(false)
            .setHttp2ConnectionWindowSize(16 << 20)); // streams that are not read hold up no other here

    /// An answer with its whole body.
    record Told(int status, MultiMap head, String body, MultiMap trailers) {}

    /// An answer whose body is still to come.
    record Begun(HttpClientResponse answer, Future<Buffer> body) {}

    Vertx vertx() {
        return vertx;
    }

    /// Sends a request, whole.
    ///
    /// @param more fields
    Future<Begun> begin(HttpMethod method, int port, String contentType, Map<String, String> more) {
        return client.request(method, port, "127.0.0.1", "/").compose(request -> {
            request.putHeader("content-type", contentType).putHeader("te", "trailers");
            more.forEach(request::putHeader);
            // Who waits for the body is there before the answer can be: both belong to one event loop.
            return (method.equals(HttpMethod.HEAD) ? request.send() : request.send(NO_MESSAGE))
                    .map(answer -> new Begun(answer, answer.body()));
        });
    }

    /// Sends a request without a body.
    Future<Begun> begin(HttpMethod method, int port, String path) {
        return client.request(method, port, "127.0.0.1", path)
                .compose(request -> request.send().map(answer -> new Begun(answer, answer.body())));
    }

    /// Asks for what it then does not read.
    Future<HttpClientResponse> beginUnread(int port, String path) {
        return client.request(HttpMethod.GET, port, "127.0.0.1", path)
                .compose(request -> request.send().map(answer -> {
                    answer.pause();
                    return answer;
                }));
    }

    /// Makes a call to its end.
    Told call(HttpMethod method, int port, String contentType, Map<String, String> more) throws Exception {
        return WebService.done(begin(method, port, contentType, more).compose(Http2Caller::told));
    }

    Told post(int port, String contentType) throws Exception {
        return call(HttpMethod.POST, port, contentType, Map.of());
    }

    static Future<Told> told(Begun begun) {
        HttpClientResponse answer = begun.answer();
        return begun.body()
                .map(body -> new Told(answer.statusCode(), answer.headers(), body.toString(), answer.trailers()));
    }

    @Override
    public void close() throws Exception {
        WebService.done(vertx.close());
    }
}
