package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// HTTP/2 with prior knowledge: Vert.x, nghttp and h2load.
@ParameterizedClass
@EnumSource(names = {"ONE_RELAY", "KAFKA"})
@Timeout(120)
class Http2ClientsIT {
    private static final int CALLS = 100;

    @TempDir
    Path folder;

    @Parameter
    Carrier carrier;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = vertx.createHttpClient(
            new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
    private SharedMesh mesh;

    @BeforeEach
    void start() throws Exception {
        mesh = SharedMesh.over(carrier);
    }

    @AfterEach
    void stop() throws Exception {
        WebService.done(vertx.close());
    }

    private Future<Buffer> echo(Buffer body) {
        return client.request(HttpMethod.POST, mesh.port(SharedMesh.WEB), "127.0.0.1", "/echo")
                .compose(request -> request.send(body).compose(HttpClientResponse::body));
    }

    @Test
    void vertxGetsItsOwnAnswersAmongManyStreamsAtOnce() throws Exception {
        // When
        List<Future<Buffer>> answers = new ArrayList<>();
        for (int call = 0; call < CALLS; call++) {
            answers.add(echo(Buffer.buffer(own(call))));
        }

        // Then
        for (int call = 0; call < CALLS; call++) {
            assertArrayEquals(own(call), WebService.done(answers.get(call)).getBytes());
        }
    }

    /// Vert.x tells of the empty frame that ends a stream, too.
    private static void addUnlessEmpty(Buffer part, BlockingQueue<String> heard) {
        if (part.length() > 0) {
            heard.add(part.toString());
        }
    }

    private static String next(BlockingQueue<String> heard) throws InterruptedException {
        return String.valueOf(heard.poll(60, TimeUnit.SECONDS));
    }

    private static byte[] own(int call) {
        return WebService.payload(call, 1 + call * 971);
    }

    @Test
    void vertxHearsAnAnswerWhileItStillSpeaks() throws Exception {
        // Given
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        var request = WebService.done(client.request(HttpMethod.POST, mesh.port(SharedMesh.WEB), "127.0.0.1", "/echo"));
        request.setChunked(true);
        request.write("first");
        HttpClientResponse response = WebService.done(request.response()
                .map(head -> head.handler(part -> addUnlessEmpty(part, heard)).endHandler(end -> heard.add("end"))));

        // When
        String first = next(heard);
        request.write("second");
        String second = next(heard);
        request.end();

        // Then
        assertEquals(HttpVersion.HTTP_2, response.version());
        assertEquals(List.of("first", "second", "end"), List.of(first, second, next(heard)));
    }

    @Test
    void nghttpSendsTrailersToAServiceOfHttp11() throws Exception {
        // Given
        Tool nghttp = Tool.installed("nghttp");
        Path body = Files.writeString(folder.resolve("body"), "summed");
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        mesh.raw.follow(caller -> {
            heard.add(caller.hearHead().text());
            heard.add(caller.hearHead().text());
            caller.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nheard");
        });

        // When
        Tool.Ended ended = nghttp.run(
                folder,
                "-d",
                body.toString(),
                "--no-content-length",
                "--trailer",
                "x-sum: 21",
                "http://127.0.0.1:" + mesh.port(SharedMesh.RAW) + "/");

        // Then
        assertEquals("heard", ended.success());
        assertTrue(next(heard).startsWith("POST / HTTP/1.1\r\n"));
        assertEquals("6\r\nsummed\r\n0\r\nx-sum: 21\r\n\r\n", next(heard));
    }

    @Test
    void h2loadLosesNoCall() throws Exception {
        // Given
        Tool h2load = Tool.installed("h2load");
        Path body = Files.write(folder.resolve("body"), WebService.payload(10, 20_000));

        // When
        Tool.Ended gets = h2load.run(folder, "-n", "1000", "-c", "4", "-m", "50", mesh.webUrl() + "/bytes/1000/11");
        Tool.Ended posts =
                h2load.run(folder, "-n", "200", "-c", "2", "-m", "10", "-d", body.toString(), mesh.webUrl() + "/echo");

        // Then
        assertTrue(gets.success().contains("1000 done, 1000 succeeded, 0 failed"), gets::out);
        assertTrue(gets.out().contains("1000 2xx"), gets::out);
        assertTrue(posts.success().contains("200 done, 200 succeeded, 0 failed"), posts::out);
        assertTrue(posts.out().contains("200 2xx"), posts::out);
    }
}
