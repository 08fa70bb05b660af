package io.hikyaku.cli;

import io.hikyaku.config.HostPort;
import io.hikyaku.status.NodeStatus;
import io.hikyaku.status.NodeStatusJson;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `hikyaku status`: asks a running relay or bridge how it is.
@Command(name = "status", description = "Shows what a running relay or bridge sees: nodes, links, services, streams.")
final class StatusCommand implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int MAX_BYTES = 64 << 20;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--admin",
            defaultValue = "127.0.0.1:9400",
            paramLabel = "HOST:PORT",
            description = "The program's admin server (default: ${DEFAULT-VALUE}).")
    private String admin;

    @Option(names = "--json", description = "Prints JSON, as the admin server gives it at /api/v1/status.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        NodeStatus status = NodeStatusJson.read(fetch(address()));
        var out = spec.commandLine().getOut();
        if (json) {
            out.println(NodeStatusJson.pretty(status));
        } else {
            out.print(StatusText.of(status));
        }
        out.flush();
        return Exit.DONE;
    }

    private HostPort address() {
        try {
            return HostPort.parse(admin);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--admin: " + e.getMessage(), e);
        }
    }

    private static byte[] fetch(HostPort address) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + "/api/v1/status"))
                .timeout(TIMEOUT)
                .build();
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(TIMEOUT)
                .build()) {
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                if (response.statusCode() != 200) {
                    throw new IOException(address + " answered with status " + response.statusCode()
                            + "; it does not look like the admin server of a relay or bridge");
                }
                return body.readNBytes(MAX_BYTES);
            }
        } catch (ConnectException e) {
            throw new IOException(
                    "nothing answers at " + address + "; is the program running, with that address as admin.listen?",
                    e);
        }
    }
}
