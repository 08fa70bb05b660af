package io.hikyaku.cli;

import io.hikyaku.cli.StatusWatch.Screen;
import io.hikyaku.config.value.HostPort;
import io.hikyaku.status.NodeStatus;
import io.hikyaku.status.NodeStatusJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
    private static final int MAX_SECONDS = 3600;

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

    @Option(
            names = "--watch",
            arity = "0..1",
            fallbackValue = "2",
            paramLabel = "SECONDS",
            description = "Shows it again every so many seconds (default: ${FALLBACK-VALUE}), until Ctrl-C.")
    private @Nullable Integer everySeconds;

    @Override
    public Integer call() throws IOException, InterruptedException {
        HostPort address = address();
        PrintWriter out = spec.commandLine().getOut();
        Integer every = everySeconds;
        if (every == null) {
            out.print(text(address));
            out.flush();
        } else {
            Screen screen = StatusWatch.isTerminal() ? Screen.REFRESHED : Screen.ROLL;
            new StatusWatch(out, screen, seconds(every), () -> text(address)).run();
        }
        return Exit.DONE;
    }

    private Duration seconds(int every) {
        if (every < 1 || every > MAX_SECONDS) {
            throw new ParameterException(
                    spec.commandLine(), "--watch: " + every + " is not between 1 and " + MAX_SECONDS);
        }
        return Duration.ofSeconds(every);
    }

    private String text(HostPort address) throws IOException, InterruptedException {
        NodeStatus status = read(fetch(address));
        return json ? NodeStatusJson.pretty(status) + "\n" : StatusText.of(status);
    }

    private static NodeStatus read(byte[] answer) throws IOException {
        try {
            return NodeStatusJson.read(answer);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
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
