package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Java's own HTTP client, as it comes: it offers `Upgrade: h2c` with the first request of a connection.
@ParameterizedClass
@EnumSource(names = {"ONE_RELAY", "KAFKA"})
@Timeout(120)
class JavaHttpClientIT {
    private static final int CALLS = 100;

    @Parameter
    Carrier carrier;

    private SharedMesh mesh;
    private HttpClient client;

    @BeforeEach
    void start() throws Exception {
        mesh = SharedMesh.over(carrier);
        client = HttpClient.newHttpClient();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(mesh.webUrl() + path));
    }

    @Test
    void isServedInHttp11WhenItOffersAnUpgrade() throws Exception {
        // Given
        byte[] body = WebService.payload(1, 100_000);

        // When
        HttpResponse<byte[]> answer = client.send(
                request("/echo").POST(BodyPublishers.ofByteArray(body)).build(), BodyHandlers.ofByteArray());
        HttpResponse<String> fields = client.send(request("/fields").build(), BodyHandlers.ofString());

        // Then
        assertEquals(HttpClient.Version.HTTP_1_1, answer.version());
        assertArrayEquals(body, answer.body());
        assertTrue(
                fields.body()
                        .lines()
                        .noneMatch(field -> field.regionMatches(true, 0, "upgrade", 0, 7)
                                || field.regionMatches(true, 0, "http2-settings", 0, 14)),
                fields.body());
    }

    @Test
    void getsItsOwnAnswersAmongManyCallsAtOnce() throws Exception {
        // When
        List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
        for (int call = 0; call < CALLS; call++) {
            answers.add(client.sendAsync(
                    request("/echo").POST(BodyPublishers.ofByteArray(own(call))).build(), BodyHandlers.ofByteArray()));
        }

        // Then
        for (int call = 0; call < CALLS; call++) {
            assertArrayEquals(
                    own(call), answers.get(call).get(60, TimeUnit.SECONDS).body());
        }
    }

    private static byte[] own(int call) {
        return WebService.payload(call, 1 + call * 331);
    }

    @Test
    void hearsEventsOneByOne() throws Exception {
        // Given
        mesh.web.forgetHeard();
        HttpResponse<InputStream> answer = client.send(request("/events").build(), BodyHandlers.ofInputStream());
        var service = mesh.web.takeStream();
        try (InputStream events = answer.body()) {
            String first = WebService.text(events.readNBytes(13));

            // When: only now the service says the next one
            service.write("data: again\n\n");
            String second = WebService.text(events.readNBytes(13));
            service.end();

            // Then
            assertEquals("data: first\n\n", first);
            assertEquals("data: again\n\n", second);
            assertEquals(-1, events.read());
        }
    }
}
