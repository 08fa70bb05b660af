package io.hikyaku.node.reload;

import io.hikyaku.files.FileWatch;
import io.hikyaku.identity.Identity;
import io.hikyaku.identity.IdentityException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows the files of this node's identity. Key, certificates and authorities are taken over together or not at all:
/// what does not fit together, or is not valid, is tried again each round, since the writer may not be done, or a clock
/// may be behind. Touched only by the thread of [Watch].
public final class IdentityReload implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(IdentityReload.class);

    private final Files files;
    private final FileWatch watch;
    private final Supplier<Identity> current;
    private final Taker taker;
    private final Reloads reloads;
    private List<String> problems = List.of();

    /// Where an identity is.
    public interface Files {
        List<Path> paths();

        /// @throws IdentityException if it cannot be used, or is somebody else's
        Identity load() throws IdentityException;
    }

    /// Uses an identity of the same member from now on.
    @FunctionalInterface
    public interface Taker {
        void take(Identity renewed);
    }

    IdentityReload(Files files, Supplier<Identity> current, Taker taker, Reloads reloads) {
        this.files = files;
        this.watch = new FileWatch(files.paths());
        this.current = current;
        this.taker = taker;
        this.reloads = reloads;
    }

    @Override
    public void run() {
        if (!watch.look()) {
            return;
        }
        List<String> pipes = files.paths().stream()
                .filter(FileWatch::wouldWait)
                .map(file -> file + " is no file")
                .toList();
        if (!pipes.isEmpty()) {
            refuse(pipes);
            return;
        }
        try {
            Identity loaded = files.load();
            watch.take();
            if (!loaded.isSameAs(current.get())) {
                taker.take(loaded);
                onApplied("is in use from now on, until " + loaded.notAfter());
            } else if (reloads.isRefused()) {
                onApplied("is again the one in use");
            }
            problems = List.of();
        } catch (IdentityException e) {
            refuse(e.problems());
        }
    }

    private void onApplied(String what) {
        LOG.info("the certificate of {} {}", current.get().member(), what);
        reloads.onApplied();
    }

    private void refuse(List<String> found) {
        if (found.equals(problems)) {
            return; // said already
        }
        problems = found;
        found.forEach(problem -> LOG.error("changed identity: {}", problem));
        LOG.error(
                "the identity was changed and cannot be used; the one before stays, until {}",
                current.get().notAfter());
        reloads.onRefused(found);
    }
}
