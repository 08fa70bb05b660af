package io.hikyaku.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// A plain load generator for machines without wrk: a virtual thread and a blocking socket for each connection.
final class OwnGenerator implements LoadGenerator {
    private static final int CONNECT_MILLIS = 5000;
    private static final int READ_MILLIS = 10_000;
    private static final int MAX_HEAD = 16 * 1024;

    @Override
    public String name() {
        return "own";
    }

    @Override
    public Sample run(String address, String path, int connections, Connections reuse, Duration duration)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        long end = start + duration.toNanos();
        List<Future<Worker>> running = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < connections; i++) {
                Worker worker = new Worker(address, path, reuse, end);
                running.add(executor.submit(worker::run, worker));
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return collect(running, seconds);
    }

    private static Sample collect(List<Future<Worker>> done, double seconds) throws IOException, InterruptedException {
        long failures = 0;
        long[] all = new long[0];
        for (Future<Worker> future : done) {
            try {
                Worker worker = future.get();
                failures += worker.failures;
                int before = all.length;
                all = Arrays.copyOf(all, before + worker.count);
                System.arraycopy(worker.nanos, 0, all, before, worker.count);
            } catch (ExecutionException e) {
                throw new IOException("The load generator failed", e);
            }
        }
        Arrays.sort(all);
        return new Sample(all.length, failures, seconds, percentile(all, 0.50), percentile(all, 0.99));
    }

    private static double percentile(long[] sorted, double share) {
        return sorted.length == 0 ? 0 : sorted[(int) (share * (sorted.length - 1))] / 1e3;
    }

    /// One connection after the other, or one for all its requests.
    private static final class Worker {
        private final InetSocketAddress address;
        private final byte[] request;
        private final boolean keep;
        private final long end;
        private final byte[] buffer = new byte[MAX_HEAD];
        private long[] nanos = new long[1024];
        private int count;
        private long failures;

        Worker(String address, String path, Connections reuse, long end) {
            int colon = address.lastIndexOf(':');
            String host = address.substring(0, colon);
            this.address = new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1)));
            this.keep = reuse == Connections.KEPT;
            this.end = end;
            request = ("GET " + path + " HTTP/1.1\r\nHost: " + address + (keep ? "" : "\r\nConnection: close")
                            + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
        }

        void run() {
            while (System.nanoTime() < end) {
                try (Socket socket = new Socket()) {
                    long begin = System.nanoTime();
                    socket.connect(address, CONNECT_MILLIS);
                    socket.setTcpNoDelay(true);
                    socket.setSoTimeout(READ_MILLIS);
                    do {
                        exchange(socket);
                        long now = System.nanoTime();
                        record(now - begin);
                        begin = now;
                    } while (keep && begin < end);
                } catch (IOException e) {
                    failures++;
                }
            }
        }

        private void record(long took) {
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * count);
            }
            nanos[count++] = took;
        }

        /// Sends the request and reads an answer that says its length.
        private void exchange(Socket socket) throws IOException {
            socket.getOutputStream().write(request);
            InputStream in = socket.getInputStream();
            int filled = 0;
            int headEnd = -1;
            while (headEnd < 0) {
                int read = in.read(buffer, filled, buffer.length - filled);
                if (read <= 0) {
                    throw new IOException("no whole head");
                }
                filled += read;
                headEnd = endOfHead(filled);
            }
            String head = new String(buffer, 0, headEnd, StandardCharsets.ISO_8859_1);
            if (!head.startsWith("HTTP/1.1 200")) {
                throw new IOException("not 200");
            }
            for (int left = length(head) - (filled - headEnd); left > 0; ) {
                int read = in.read(buffer, 0, Math.min(left, buffer.length));
                if (read < 0) {
                    throw new IOException("cut off");
                }
                left -= read;
            }
        }

        private int endOfHead(int filled) {
            for (int i = 3; i < filled; i++) {
                if (buffer[i] == '\n' && buffer[i - 2] == '\n') {
                    return i + 1;
                }
            }
            return -1;
        }

        private static int length(String head) throws IOException {
            @Nullable String found = null;
            for (String line : head.split("\r\n")) {
                if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                    found = line.substring("content-length:".length()).trim();
                }
            }
            if (found == null) {
                throw new IOException("no Content-Length");
            }
            return Integer.parseInt(found);
        }
    }
}
