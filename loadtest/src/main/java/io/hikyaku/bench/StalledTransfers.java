package io.hikyaku.bench;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Downloads and uploads over one way that nobody reads. [#close] resets all of them, at both ends.
final class StalledTransfers implements AutoCloseable {
    private static final int GROWN = 8;
    private static final long READ_BYTES = 8L << 20;
    private static final Duration STILL = Duration.ofMillis(500);
    private static final Duration SETTLED_WITHIN = Duration.ofMinutes(1);
    private static final double BUSY = 0.1; // of a processor

    private final List<SocketChannel> sockets = new ArrayList<>();

    private final Contender contender;
    private final int uploads;

    private StalledTransfers(Contender contender, int uploads) {
        this.contender = contender;
        this.uploads = uploads;
    }

    /// Begins them, and waits until they have stalled: until the way's processes use no CPU to speak of.
    ///
    /// @param downloads of which the first ones have been read for a while, so that their windows have grown
    /// @throws IOException if one cannot be begun, or if they do not come to rest
    static StalledTransfers begin(Contender contender, int downloads, int uploads)
            throws IOException, InterruptedException {
        StalledTransfers transfers = new StalledTransfers(contender, uploads);
        try {
            for (int i = 0; i < downloads; i++) {
                transfers.sockets.add(BulkServer.stalledDownload(contender.tcp(), i < GROWN ? READ_BYTES : 1));
            }
            for (int i = 0; i < uploads; i++) {
                transfers.sockets.add(BulkServer.stalledUpload(contender.tcp()));
            }
            if (downloads + uploads > 0) {
                awaitStillness(contender);
            }
            return transfers;
        } catch (IOException | InterruptedException failed) {
            transfers.close();
            throw failed;
        }
    }

    private static void awaitStillness(Contender contender) throws IOException, InterruptedException {
        long end = System.nanoTime() + SETTLED_WITHIN.toNanos();
        double before = cpuSeconds(contender);
        while (true) {
            Thread.sleep(STILL);
            double now = cpuSeconds(contender);
            if (now - before < BUSY * STILL.toMillis() / 1000) {
                return;
            }
            if (System.nanoTime() > end) {
                throw new IOException("Stalled transfers over " + contender.name()
                        + " keep its processes busy for more than " + SETTLED_WITHIN.toSeconds() + " s");
            }
            before = now;
        }
    }

    private static double cpuSeconds(Contender contender) {
        return Arrays.stream(contender.cpuSeconds()).sum();
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel socket : sockets) {
            socket.setOption(StandardSocketOptions.SO_LINGER, 0).close();
        }
        if (uploads > 0) {
            BulkServer.endStalledUploads(contender.tcp());
        }
    }
}
