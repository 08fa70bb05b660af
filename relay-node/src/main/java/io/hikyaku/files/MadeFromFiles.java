package io.hikyaku.files;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Something made from files, such as the TLS of new connections, made anew when they have changed. Asking for it has
/// the files looked at, once a second at most, so that nothing is done while nobody asks. Files that cannot be used are
/// reported once, and the previous result stays in use. Thread-safe.
public final class MadeFromFiles<T> {
    private static final Logger LOG = LoggerFactory.getLogger(MadeFromFiles.class);
    private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

    private final String what;
    private final List<Path> files;
    private final Supplier<T> maker;
    private final LongSupplier nanos;
    private List<String> seen;
    private long lookedAt;
    private T current;

    /// @param what for the log
    /// @param maker reads the files, and throws if they cannot be used: now, to the caller
    public MadeFromFiles(String what, List<Path> files, Supplier<T> maker) {
        this(what, files, maker, System::nanoTime);
    }

    MadeFromFiles(String what, List<Path> files, Supplier<T> maker, LongSupplier nanos) {
        this.what = what;
        this.files = List.copyOf(files);
        this.maker = maker;
        this.nanos = nanos;
        this.lookedAt = nanos.getAsLong();
        this.seen = contents();
        this.current = maker.get();
    }

    /// What the files give now, or gave when they were last usable.
    public synchronized T current() {
        long now = nanos.getAsLong();
        if (now - lookedAt >= PAUSE_NANOS) {
            lookedAt = now;
            look();
        }
        return current;
    }

    private void look() {
        List<String> found = contents();
        if (found.equals(seen)) {
            return;
        }
        seen = found;
        if (files.stream().anyMatch(FileWatch::wouldWait)) {
            LOG.warn("{} was changed and cannot be used, the one before stays: there is no file any more", what);
            return;
        }
        try {
            current = maker.get();
            LOG.info("{} was changed and is in use for new connections from now on", what);
        } catch (RuntimeException unusable) {
            LOG.warn("{} was changed and cannot be used, the one before stays: {}", what, reason(unusable));
        }
    }

    /// The innermost cause knows best.
    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).replaceAll("\\s+", " ");
    }

    private List<String> contents() {
        return files.stream().map(FileWatch::contents).toList();
    }
}
