package io.hikyaku.node;

import io.hikyaku.config.Changes;
import io.hikyaku.config.ConfigException;
import io.hikyaku.config.Finding;
import io.hikyaku.files.FileWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows a program's configuration file: what it holds is put in place whole, or refused whole. Touched by the thread
/// of [Watch] alone.
final class ConfigReload<C extends Record> implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigReload.class);

    private final FileWatch file;
    private final Path path;
    private final Function<Path, C> reader;
    private final Set<String> free;
    private final ConfigTaker<C> taker;
    private final Reloads reloads;
    private C running;

    /// @param running what the program was started with
    /// @param free keys at the top that may change while it runs
    ConfigReload(
            Path path, C running, Function<Path, C> reader, Set<String> free, ConfigTaker<C> taker, Reloads reloads) {
        this.path = path;
        this.file = new FileWatch(List.of(path));
        this.running = running;
        this.reader = reader;
        this.free = Set.copyOf(free);
        this.taker = taker;
        this.reloads = reloads;
    }

    @Override
    public void run() {
        if (!file.look()) {
            return;
        }
        file.take();
        try {
            C changed = reader.apply(path);
            if (!changed.equals(running)) {
                requireFree(changed);
                taker.take(changed);
                running = changed;
                onApplied("changes are in place");
            } else if (reloads.isRefused()) {
                onApplied("it holds again what is in use");
            }
        } catch (ConfigException e) {
            refuse(e.findings());
        } catch (IOException e) {
            refuse(List.of(new Finding("", 0, String.valueOf(e.getMessage()))));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the program stops
        }
    }

    private void requireFree(C changed) {
        List<Finding> others = Changes.takingARestart(running, changed, free);
        if (!others.isEmpty()) {
            throw new ConfigException(path, others);
        }
    }

    private void onApplied(String what) {
        reloads.onApplied();
        LOG.info("configuration {}: {}", path, what);
    }

    private void refuse(List<Finding> findings) {
        List<String> texts = findings.stream().map(Finding::toString).toList();
        texts.forEach(text -> LOG.error("configuration {}: {}", path, text));
        LOG.error("configuration {} was changed and is refused; the one before stays in use", path);
        reloads.onRefused(texts);
    }
}
