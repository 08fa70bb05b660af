package io.hikyaku.kubernetes;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/// Stands in front of a real API server, in plain HTTP/1.1, and counts what is asked, or answers badly instead. One
/// request for each connection, so watches, also those over WebSocket, are connections that can be cut.
public final class FaultyApiServer implements AutoCloseable {
    private static final Pattern KEY = Pattern.compile("(?im)^sec-websocket-key: *(.*?)\r?$");
    private static final int MAX_HEAD = 64 * 1024;

    private final ServerSocket listener;
    private final URI behind;
    private final SSLSocketFactory tls;
    private final String kubeconfig;
    private final Map<ApiCall, LongAdder> counts = new ConcurrentHashMap<>();
    private final Map<Socket, ApiCall> open = new ConcurrentHashMap<>();
    private final Object changed = new Object();
    private Fault fault = Fault.NONE;
    private boolean closed;

    private FaultyApiServer(Path kubeconfig) throws IOException, GeneralSecurityException {
        this.kubeconfig = Files.readString(kubeconfig);
        behind = URI.create(value("server"));
        tls = trusting(Base64.getDecoder().decode(value("certificate-authority-data")));
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    /// @param kubeconfig the way to the real one
    public static FaultyApiServer before(Path kubeconfig) throws IOException, GeneralSecurityException {
        return new FaultyApiServer(kubeconfig);
    }

    /// A file that leads here, with the same user as the original.
    ///
    /// @param folder to put it into
    public Path kubeconfig(Path folder) throws IOException {
        String text = kubeconfig
                .replaceAll("(?m)^    server: .*$", "    server: http://127.0.0.1:" + listener.getLocalPort())
                .replaceAll("(?m)^    certificate-authority-data: .*\n", "");
        return Files.writeString(folder.resolve("faulty-" + listener.getLocalPort() + ".kubeconfig"), text);
    }

    /// From now on.
    public void make(Fault next) {
        synchronized (changed) {
            fault = next;
            changed.notifyAll();
        }
    }

    /// Ends all watches there are, as a restarting API server does.
    public void cutWatches() throws IOException {
        for (Map.Entry<Socket, ApiCall> each : open.entrySet()) {
            if (each.getValue().verb().equals("watch")) {
                each.getKey().close();
            }
        }
    }

    /// How many watches are open.
    public long watches() {
        return open.values().stream()
                .filter(call -> call.verb().equals("watch"))
                .count();
    }

    /// How often each thing was asked, whatever came of it.
    public Map<ApiCall, Long> counts() {
        return counts.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, each -> each.getValue().sum()));
    }

    public long count(String verb, String resource) {
        return counts().getOrDefault(new ApiCall(verb, resource), 0L);
    }

    /// Of all requests that change something.
    public long writes() {
        Set<String> reads = Set.of("get", "list", "watch");
        return counts().entrySet().stream()
                .filter(each -> !reads.contains(each.getKey().verb()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /// Counts from zero again.
    public void resetCounts() {
        counts.clear();
    }

    @Override
    public void close() throws IOException {
        synchronized (changed) {
            closed = true;
            changed.notifyAll();
        }
        listener.close();
        for (Socket each : open.keySet()) {
            each.close();
        }
    }

    private void accept() {
        while (true) {
            try {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            String head = head(client.getInputStream());
            if (head.isEmpty()) {
                return;
            }
            ApiCall call = ApiCall.of(head.substring(0, head.indexOf('\r')));
            counts.computeIfAbsent(call, key -> new LongAdder()).increment();
            open.put(client, call);
            switch (afterSilence()) {
                case TOO_MANY_REQUESTS -> answer(client, "429 Too Many Requests\r\nRetry-After: 1", status(429));
                case SERVER_ERROR -> answer(client, "500 Internal Server Error", status(500));
                case WATCHES_TOO_OLD -> {
                    if (call.verb().equals("watch")) {
                        tooOld(client, head);
                    } else {
                        forward(client, head);
                    }
                }
                case NONE, SILENCE -> forward(client, head);
            }
        } catch (IOException | InterruptedException e) {
            // One side has gone, and with it the connection: that is what is tested here.
            return;
        } finally {
            open.remove(client);
        }
    }

    private Fault afterSilence() throws InterruptedException, IOException {
        synchronized (changed) {
            while (fault == Fault.SILENCE && !closed) {
                changed.wait();
            }
            if (closed) {
                throw new IOException("closed");
            }
            return fault;
        }
    }

    private void forward(Socket client, String head) throws IOException {
        boolean upgrade = head.toLowerCase(Locale.ROOT).contains("\r\nupgrade: websocket");
        String sent = upgrade
                ? head
                : head.replaceAll("(?im)^connection: .*\r\n", "").replaceFirst("\r\n", "\r\nConnection: close\r\n");
        try (Socket server = tls.createSocket(behind.getHost(), behind.getPort())) {
            server.getOutputStream().write(sent.getBytes(StandardCharsets.ISO_8859_1));
            Thread.ofVirtual().start(() -> copy(client, server));
            copy(server, client);
        }
    }

    private void copy(Socket from, Socket to) {
        byte[] bytes = new byte[16 * 1024];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                afterSilence();
                out.write(bytes, 0, n);
            }
        } catch (IOException | InterruptedException e) {
            // Both ends are closed by now, which tells either side.
            return;
        }
    }

    private static void answer(Socket client, String status, String body) throws IOException {
        String text =
                "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body;
        client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        drain(client);
    }

    // A connection closed with bytes unread is reset, and the answer with it.
    private static void drain(Socket client) throws IOException {
        client.shutdownOutput();
        client.getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    private static void tooOld(Socket client, String head) throws IOException {
        String event = "{\"type\":\"ERROR\",\"object\":" + status(410) + "}\n";
        Matcher key = KEY.matcher(head);
        if (!key.find()) {
            answer(client, "200 OK", event);
            return;
        }
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        frames.writeBytes(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: " + accepted(key.group(1)) + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        // One frame of text, of a length in two bytes, and the goodbye 1000.
        frames.writeBytes(new byte[] {(byte) 0x81, 126, (byte) (event.length() >> 8), (byte) event.length()});
        frames.writeBytes(event.getBytes(StandardCharsets.ISO_8859_1));
        frames.writeBytes(new byte[] {(byte) 0x88, 2, 3, (byte) 0xe8});
        client.getOutputStream().write(frames.toByteArray());
        drain(client);
    }

    private static String accepted(String key) throws IOException {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static String status(int code) {
        String reason = switch (code) {
            case 410 -> "Expired";
            case 429 -> "TooManyRequests";
            default -> "InternalError";
        };
        return "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\"message\":\"made for a"
                + " test, which wants an answer that is longer than 125 bytes\",\"reason\":\"" + reason + "\",\"code\":"
                + code + "}";
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int end = 0;
        for (int next = in.read(); next >= 0 && head.size() < MAX_HEAD; next = in.read()) {
            head.write(next);
            end = next == "\r\n\r\n".charAt(end) ? end + 1 : next == '\r' ? 1 : 0;
            if (end == 4) {
                return head.toString(StandardCharsets.ISO_8859_1);
            }
        }
        return "";
    }

    private String value(String key) {
        Matcher found = Pattern.compile("(?m)^    " + key + ": (.*)$").matcher(kubeconfig);
        if (!found.find()) {
            throw new IllegalArgumentException("no " + key + " in the kubeconfig file");
        }
        return found.group(1);
    }

    private static SSLSocketFactory trusting(byte[] authority) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry(
                "ca", CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(authority)));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context.getSocketFactory();
    }
}
