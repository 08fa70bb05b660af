package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// curl in both versions of HTTP. What it prints must be what it prints without bridges.
@ParameterizedClass
@MethodSource("waysAndVersions")
@Timeout(120)
class CurlIT {
    private static final int BULK = 8 << 20;

    @TempDir
    Path folder;

    @Parameter(0)
    Carrier carrier;

    @Parameter(1)
    String version;

    private SharedMesh mesh;
    private Tool curl;

    static Stream<Arguments> waysAndVersions() {
        return Stream.of(Carrier.ONE_RELAY, Carrier.KAFKA)
                .flatMap(carrier -> Stream.of("--http1.1", "--http2-prior-knowledge")
                        .map(version -> Arguments.of(carrier, version)));
    }

    @BeforeEach
    void start() throws Exception {
        curl = Tool.installed("curl");
        mesh = SharedMesh.over(carrier);
    }

    private Tool.Ended curl(String url, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("-sS", version));
        arguments.addAll(List.of(options));
        arguments.add(url);
        return curl.run(folder, arguments.toArray(String[]::new));
    }

    /// The same call without and with bridges, of which the latter's output is given back if both are alike.
    private String likeDirect(String path, String... options) throws Exception {
        String direct = curl(mesh.directWebUrl() + path, options).success();
        String bridged = curl(mesh.webUrl() + path, options).success();
        assertEquals(withoutOurs(direct), withoutOurs(bridged));
        return bridged;
    }

    /// `Via` is added on the way, and a status line's version and reason are the caller's and the service's own.
    private static List<String> withoutOurs(String output) {
        return output.lines()
                .filter(line -> !line.regionMatches(true, 0, "via:", 0, 4))
                .map(line -> line.startsWith("HTTP/") ? line.split(" ")[1] : line)
                .toList();
    }

    private String file(long seed) throws Exception {
        return "@" + Files.write(folder.resolve("upload-" + seed), WebService.payload(seed, BULK));
    }

    @Test
    void uploadsWhatItReads() throws Exception {
        // When
        String known = likeDirect("/sum", "--data-binary", file(3));
        String unknown = likeDirect("/sum", "--data-binary", file(4), "-H", "Transfer-Encoding: chunked");

        // Then
        assertEquals(WebService.hash(WebService.payload(3, BULK)), known);
        assertEquals(WebService.hash(WebService.payload(4, BULK)), unknown);
    }

    @Test
    void downloadsWhatTheServiceHas() throws Exception {
        // Given
        Path download = folder.resolve("download");

        // When
        curl(mesh.webUrl() + "/bytes/" + BULK + "/5", "-o", download.toString()).success();

        // Then
        assertEquals(WebService.hash(WebService.payload(5, BULK)), WebService.hash(Files.readAllBytes(download)));
    }

    @Test
    void hearsTrailers() throws Exception {
        // When
        String heard = likeDirect("/trailers", "--data-binary", "summed", "-D", "-");

        // Then
        assertTrue(
                heard.contains("x-sum: " + WebService.hash("summed".getBytes(java.nio.charset.StandardCharsets.UTF_8))),
                heard);
    }

    @Test
    void learnsTheSizeWithoutTheBody() throws Exception {
        // When
        String head = likeDirect("/bytes/70000/6", "-I");

        // Then
        assertTrue(head.contains("content-length: 70000"), head);
    }

    @Test
    void getsARangeOfBytes() throws Exception {
        // When
        String part = likeDirect("/bytes/70000/7", "-i", "-r", "60000-60009");

        // Then
        assertTrue(part.contains(" 206"), part);
        assertTrue(part.contains("bytes 60000-60009/70000"), part);
    }

    @Test
    void hearsHintsBeforeTheAnswer() throws Exception {
        // When
        String heard = likeDirect("/hints", "-i");

        // Then
        assertTrue(heard.indexOf(" 103") >= 0 && heard.indexOf(" 103") < heard.indexOf(" 200"), heard);
        assertTrue(heard.contains("</style.css>; rel=preload"), heard);
    }

    @Test
    void isToldToContinue() throws Exception {
        // When
        Tool.Ended ended =
                curl(mesh.webUrl() + "/expected", "-v", "-H", "Expect: 100-continue", "--data-binary", file(8));

        // Then
        assertEquals(WebService.hash(WebService.payload(8, BULK)), ended.success());
        assertTrue(ended.err().matches("(?s).*< HTTP/(1.1|2) 100.*"), ended::err);
    }

    @Test
    void sendsNoBodyThatTheServiceRefuses() throws Exception {
        // When
        String heard = curl(
                        mesh.webUrl() + "/refused",
                        "-H",
                        "Expect: 100-continue",
                        "--expect100-timeout",
                        "60",
                        "--data-binary",
                        file(9),
                        "-w",
                        " %{http_code} %{size_upload}")
                .success();

        // Then
        assertEquals("too large 413 0", heard);
    }

    @Test
    void hearsEventsOneByOne() throws Exception {
        // Given
        mesh.web.forgetHeard();
        Process process = curl.start("-sSN", version, mesh.webUrl() + "/events");
        var service = mesh.web.takeStream();
        try (InputStream events = process.getInputStream()) {
            String first = WebService.text(events.readNBytes(13));

            // When: only now the service says the next one
            service.write("data: again\n\n");
            String second = WebService.text(events.readNBytes(13));
            service.end();

            // Then
            assertEquals("data: first\n\n", first);
            assertEquals("data: again\n\n", second);
            assertEquals(0, process.waitFor());
        } finally {
            process.destroyForcibly();
        }
    }
}
