package io.hikyaku.node.reload;

import io.hikyaku.config.Changes;
import io.hikyaku.config.yaml.ConfigException;
import io.hikyaku.config.yaml.Finding;
import io.hikyaku.files.FileWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows a program's configuration file: what it holds is put in place whole, or refused whole. What was refused is
/// tried again while the file stays as it is, since the reason may lie elsewhere: an address that is taken, another
/// file that is not there yet. It is reported again only when the reason is another, or when somebody asks. Touched
/// only by the thread of [Watch].
final class ConfigReload<C extends Record> implements Watch.Look {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigReload.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final FileWatch file;
    private final Path path;
    private final Function<Path, C> reader;
    private final Set<String> free;
    private final ConfigTaker<C> taker;
    private final Reloads reloads;
    private final LongSupplier nanos;
    private C running;
    private List<String> refused = List.of();
    private Duration pause = FIRST_PAUSE;
    private long againNanos;

    /// @param running what the program was started with
    /// @param free top-level keys that may change while it runs
    ConfigReload(
            Path path,
            C running,
            Function<Path, C> reader,
            Set<String> free,
            ConfigTaker<C> taker,
            Reloads reloads,
            LongSupplier nanos) {
        this.path = path;
        this.file = new FileWatch(List.of(path));
        this.running = running;
        this.reader = reader;
        this.free = Set.copyOf(free);
        this.taker = taker;
        this.reloads = reloads;
        this.nanos = nanos;
    }

    @Override
    public void look(boolean asked) {
        boolean changed = file.look();
        if (changed) {
            file.take();
            pause = FIRST_PAUSE;
            refused = List.of();
        }
        boolean due = asked || nanos.getAsLong() - againNanos >= 0;
        boolean again = !refused.isEmpty() && file.isAsTaken() && due; // and not while somebody writes it
        if (changed || again) {
            attempt(asked);
        } else if (asked) {
            LOG.info("configuration {}: it holds what is in use", path);
        }
    }

    private void attempt(boolean asked) {
        if (FileWatch.wouldWait(path)) {
            refuse(List.of("it is no file any more"), asked);
            return;
        }
        try {
            C changed = reader.apply(path);
            if (!changed.equals(running)) {
                requireFree(changed);
                taker.take(changed);
                running = changed;
                onApplied("changes are in place");
            } else if (reloads.isRefused()) {
                onApplied("it holds again what is in use");
            } else if (asked) {
                LOG.info("configuration {}: it holds what is in use", path);
            }
        } catch (ConfigException e) {
            refuse(e.findings().stream().map(Finding::toString).toList(), asked);
        } catch (IOException e) {
            refuse(List.of(String.valueOf(e.getMessage())), asked);
        } catch (RuntimeException e) {
            if (refuse(List.of("putting it in place failed: " + e), asked)) {
                LOG.error("configuration {} could not be put in place", path, e);
            }
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
        refused = List.of();
        reloads.onApplied();
        LOG.info("configuration {}: {}", path, what);
    }

    /// @return whether this was said
    private boolean refuse(List<String> texts, boolean asked) {
        againNanos = nanos.getAsLong() + pause.toNanos();
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        boolean known = texts.equals(refused);
        refused = texts;
        if (!known || asked) {
            texts.forEach(text -> LOG.error("configuration {}: {}", path, text));
            LOG.error(
                    "configuration {} was changed and is refused; the one before stays in use, and this one is tried"
                            + " again",
                    path);
        }
        if (!known) {
            reloads.onRefused(texts);
        }
        return !known || asked;
    }
}
