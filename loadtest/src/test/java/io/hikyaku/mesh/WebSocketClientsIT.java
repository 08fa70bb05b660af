package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// WebSockets of Java's own client and of Vert.x with a Vert.x server.
@ParameterizedClass
@EnumSource(names = {"ONE_RELAY", "KAFKA"})
@Timeout(120)
class WebSocketClientsIT {
    @Parameter
    Carrier carrier;

    private final Vertx vertx = Vertx.vertx();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private SharedMesh mesh;

    @BeforeEach
    void start() throws Exception {
        mesh = SharedMesh.over(carrier);
        mesh.web.forgetHeard();
    }

    @AfterEach
    void stop() throws Exception {
        WebService.done(vertx.close());
    }

    private String heard() throws InterruptedException {
        String next = heard.poll(60, TimeUnit.SECONDS);
        return next == null ? "nothing" : next;
    }

    private WebSocket open() {
        return HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .subprotocols("chat.v1", "chat.v2")
                .buildAsync(URI.create(mesh.webUrl().replace("http", "ws") + "/socket"), new Listener())
                .join();
    }

    @Test
    void javasClientAgreesOnASubprotocolAndTalksInTextAndBytes() throws Exception {
        // Given
        byte[] bytes = WebService.payload(2, 100_000);

        // When
        WebSocket socket = open();
        socket.sendText("grüße", true).join();
        String text = heard();
        socket.sendText("in ", false).join();
        socket.sendText("two parts", true).join();
        String parts = heard();
        socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
        String binary = heard();

        // Then
        assertEquals("chat.v1", socket.getSubprotocol());
        assertEquals("opened chat.v1", mesh.web.takeHeard());
        assertEquals(List.of("text grüße", "text in two parts"), List.of(text, parts));
        assertEquals("binary " + WebService.hash(bytes), binary);
        socket.abort();
    }

    @Test
    void pingsAreAnsweredByTheServiceItself() throws Exception {
        // When
        WebSocket socket = open();
        socket.sendPing(ByteBuffer.wrap("are you there".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .join();

        // Then
        assertEquals("pong are you there", heard());
        socket.abort();
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 4000})
    void theServicesCloseCodeArrives(int code) throws Exception {
        // When
        open().sendText("close " + code, true).join();

        // Then
        assertEquals("closed " + code + " as you wish", heard());
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 4000, 4999})
    void theClientsCloseCodeArrives(int code) throws Exception {
        // Given
        WebSocket socket = open();
        mesh.web.takeHeard();

        // When
        socket.sendClose(code, "enough").join();

        // Then
        assertEquals("closed " + code + " enough", mesh.web.takeHeard());
        assertEquals("closed " + code + " enough", heard());
    }

    @Test
    void anAbruptEndOfTheServiceIsNoCleanClose() throws Exception {
        // When
        WebSocketClient client = vertx.createWebSocketClient();
        var socket = WebService.done(client.connect(to("/socket")));
        socket.closeHandler(closed -> heard.add("closed " + socket.closeStatusCode()));
        mesh.web.takeHeard(); // the service knows of it, perhaps later than the client
        mesh.web.dropSockets();

        // Then
        assertEquals("closed 1006", heard());
        mesh.awaitQuiet();
    }

    @Test
    void anAbruptEndOfTheClientIsNoCleanClose() throws Exception {
        // Given
        WebSocket socket = open();
        mesh.web.takeHeard();

        // When
        socket.abort();

        // Then
        assertEquals("closed 1006 null", mesh.web.takeHeard());
        mesh.awaitQuiet();
    }

    @Test
    void vertxCompressesMessagesAsItAgreedWithTheService() throws Exception {
        // Given
        String text = "the same again and ".repeat(10_000);
        WebSocketClient client =
                vertx.createWebSocketClient(new WebSocketClientOptions().setTryUsePerMessageCompression(true));

        // When
        var socket = WebService.done(client.connect(to("/socket").addSubProtocol("chat.v2")));
        socket.textMessageHandler(heard::add);
        WebService.done(socket.writeTextMessage(text));

        // Then
        assertEquals("permessage-deflate", socket.headers().get("sec-websocket-extensions"));
        assertEquals("chat.v2", socket.subProtocol());
        assertEquals(text, heard());
        WebService.done(socket.close((short) 1000, "done"));
    }

    private WebSocketConnectOptions to(String path) {
        return new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(mesh.port(SharedMesh.WEB))
                .setURI(path);
    }

    /// Puts what it hears into words.
    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                heard.add("text " + text);
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer part, boolean last) {
            byte[] copy = new byte[part.remaining()];
            part.get(copy);
            bytes.writeBytes(copy);
            if (last) {
                heard.add("binary " + WebService.hash(bytes.toByteArray()));
                bytes.reset();
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
            heard.add("pong " + java.nio.charset.StandardCharsets.UTF_8.decode(message));
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            heard.add("closed " + code + " " + reason);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            heard.add("error " + error.getMessage());
        }
    }
}
