package io.hikyaku.bench;

import io.hikyaku.lab.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;

/// What people would use instead between two clusters that can reach each other: client → HAProxy → mutual TLS 1.3 →
/// HAProxy → origin, for HTTP and for TCP, each process with its default number of threads.
final class HaproxyPair implements AutoCloseable {
    private static final int STOP_SECONDS = 5;

    private final Process near;
    private final Process far;
    private final int httpPort;
    private final int tcpPort;

    private HaproxyPair(Process near, Process far, int httpPort, int tcpPort) {
        this.near = near;
        this.far = far;
        this.httpPort = httpPort;
        this.tcpPort = tcpPort;
    }

    /// @param identity folder with `tls.crt`, `tls.key` and `ca.crt`, for both ends
    /// @param http the origin, `host:port`
    /// @param bulk the bulk server, `host:port`
    static HaproxyPair start(Path program, Path folder, Path identity, String http, String bulk)
            throws IOException, InterruptedException {
        Path both = folder.resolve("haproxy.pem");
        Files.writeString(
                both, Files.readString(identity.resolve("tls.crt")) + Files.readString(identity.resolve("tls.key")));
        Path ca = identity.resolve("ca.crt");
        List<Integer> ports = Ports.free(4);
        String tlsIn = " ssl crt " + both + " ca-file " + ca + " verify required ssl-min-ver TLSv1.3\n";
        String tlsOut = " ssl crt " + both + " ca-file " + ca + " verify required ssl-min-ver TLSv1.3\n";
        Process far =
                start(program, folder, "far", """
                frontend http
                  mode http
                  bind 127.0.0.1:%d%s
                  default_backend http
                backend http
                  mode http
                  http-reuse always
                  server origin %s
                frontend tcp
                  mode tcp
                  bind 127.0.0.1:%d%s
                  default_backend tcp
                backend tcp
                  mode tcp
                  server origin %s
                """.formatted(ports.get(0), tlsIn, http, ports.get(1), tlsIn, bulk));
        Process near = start(program, folder, "near", """
                frontend http
                  mode http
                  bind 127.0.0.1:%d
                  default_backend http
                backend http
                  mode http
                  http-reuse always
                  server far 127.0.0.1:%d%s
                frontend tcp
                  mode tcp
                  bind 127.0.0.1:%d
                  default_backend tcp
                backend tcp
                  mode tcp
                  server far 127.0.0.1:%d%s
                """.formatted(
                        ports.get(2), ports.get(0), tlsOut, ports.get(3), ports.get(1), tlsOut));
        Origin.awaitListening(ports.get(0), far);
        Origin.awaitListening(ports.get(2), near);
        return new HaproxyPair(near, far, ports.get(2), ports.get(3));
    }

    private static Process start(Path program, Path folder, String name, String sections) throws IOException {
        Path config = folder.resolve("haproxy-" + name + ".cfg");
        Files.writeString(config, """
                global
                  maxconn 8192
                defaults
                  timeout connect 5s
                  timeout client 60s
                  timeout server 60s
                  option http-keep-alive
                """ + sections);
        return new ProcessBuilder(program.toString(), "-db", "-f", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("haproxy-" + name + ".log").toFile())
                .start();
    }

    Contender contender() {
        SequencedMap<String, Long> processes = new LinkedHashMap<>();
        processes.put("near", near.pid());
        processes.put("far", far.pid());
        return new Contender("haproxy pair", "127.0.0.1:" + httpPort, "127.0.0.1:" + tcpPort, processes, false);
    }

    @Override
    public void close() throws InterruptedException {
        for (Process process : List.of(near, far)) {
            process.destroy();
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }
}
