package io.hikyaku.kubernetes.control;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All objects of one kind in the namespaces that a bridge looks at, kept up to date by watches. What this bridge has
/// just written is seen at once, though the watch may tell of it later. For any thread.
final class Watched<T extends HasMetadata> {
    /// How long a watch may take to tell of what this bridge wrote; what it has not told of then is gone again.
    static final Duration TOLD_WITHIN = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(Watched.class);

    /// @param at by [System#nanoTime]
    private record Written<T>(T object, long at) {}

    /// @param at by [System#nanoTime]
    private record Deleted(String uid, long at) {}

    private final String kind;
    private final List<SharedIndexInformer<T>> informers = new ArrayList<>();
    private final Map<String, Written<T>> written = new ConcurrentHashMap<>();
    private final Map<String, Deleted> deleted = new ConcurrentHashMap<>();
    private final CompletableFuture<Void> listed = new CompletableFuture<>();
    private final CompletableFuture<Void> refused = new CompletableFuture<>();

    /// @param kind in the plural, as rules of access name it
    /// @param made informers that do not run yet, one for each namespace or one for all
    /// @param changed told of each object that is new, gone or different
    Watched(
            String kind,
            Stream<SharedIndexInformer<T>> made,
            Map<String, Function<T, List<String>>> indexes,
            Consumer<? super T> changed) {
        this.kind = kind;
        made.forEach(informer -> {
            informer.removeNamespaceIndex();
            informer.addIndexers(indexes);
            informer.addEventHandler(new ResourceEventHandler<>() {
                @Override
                public void onAdd(T object) {
                    changed.accept(object);
                }

                @Override
                public void onUpdate(T before, T after) {
                    changed.accept(before); // labels decide whose it is, and may change
                    changed.accept(after);
                }

                @Override
                public void onDelete(T object, boolean unsure) {
                    written.remove(key(object));
                    deleted.remove(key(object));
                    changed.accept(object);
                }
            });
            informer.exceptionHandler((started, failure) -> onFailure(failure));
            informers.add(informer);
        });
    }

    /// @return whether to try again: the API server comes back, and rights are granted, sooner or later
    private boolean onFailure(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && !(cause instanceof KubernetesClientException)) {
            cause = cause.getCause();
        }
        boolean forbidden = cause instanceof KubernetesClientException refusal
                && refusal.getCode() == HttpURLConnection.HTTP_FORBIDDEN;
        if (forbidden && !listed.isDone() && refused.complete(null)) {
            LOG.warn(
                    "this bridge may not list and watch {}, and so does without what needs them: {}",
                    kind,
                    cause.getMessage());
        }
        return true;
    }

    /// Completed when all of them have been listed once, or when that is not allowed.
    CompletableFuture<Void> start() {
        CompletableFuture.allOf(informers.stream()
                        .map(informer -> informer.start().toCompletableFuture())
                        .toArray(CompletableFuture[]::new))
                .whenComplete((done, failure) -> {
                    if (failure == null) {
                        listed.complete(null);
                    } else {
                        listed.completeExceptionally(failure);
                    }
                });
        return CompletableFuture.anyOf(listed, refused).thenApply(any -> null);
    }

    /// Runs the task once all have been listed, if that was not allowed at first.
    void whenAllowed(Runnable task) {
        if (refused.isDone()) {
            listed.thenRun(task);
        }
    }

    /// Whether this bridge knows all that there is of this kind, or did when the API server last answered.
    boolean isListed() {
        return listed.isDone() && !listed.isCompletedExceptionally();
    }

    /// For people.
    String kind() {
        return kind;
    }

    void stop() {
        informers.forEach(SharedIndexInformer::stop);
    }

    /// Whether all watches are open.
    boolean isWatching() {
        return informers.stream().allMatch(Watched::isWatching);
    }

    /// The library's own answer, which fails for the moment between the end of a watch and what it makes of that
    /// (kubernetes-client 8.0.0, `Reflector.isWatching`): then it was open until now, and the next look knows more.
    private static boolean isWatching(SharedIndexInformer<?> informer) {
        try {
            return informer.isWatching();
        } catch (NullPointerException ending) {
            return true;
        }
    }

    /// An object that is in no namespace.
    @Nullable
    T get(String name) {
        return find(name);
    }

    @Nullable
    T get(String namespace, String name) {
        return find(namespace + "/" + name);
    }

    private @Nullable T find(String key) {
        for (SharedIndexInformer<T> informer : informers) {
            T found = informer.getStore().getByKey(key);
            if (found != null) {
                return isDeleted(key, found) ? null : newer(key, found);
            }
        }
        Written<T> own = written.get(key);
        if (own == null) {
            return null;
        }
        if (!isRecent(own.at)) {
            written.remove(key, own); // deleted before a watch, which had been cut, could tell of it
            return null;
        }
        return own.object;
    }

    List<T> byIndex(String index, String value) {
        return informers.stream()
                .flatMap(informer -> informer.getIndexer().byIndex(index, value).stream())
                .filter(found -> !isDeleted(key(found), found))
                .map(found -> newer(key(found), found))
                .toList();
    }

    Stream<T> all() {
        return informers.stream()
                .flatMap(informer -> informer.getStore().list().stream())
                .filter(found -> !isDeleted(key(found), found));
    }

    /// This bridge wrote the object, and the API server gave it back as it is now.
    void onWritten(T object) {
        deleted.remove(key(object)); // it is there again
        written.put(key(object), new Written<>(object, System.nanoTime()));
    }

    /// This bridge deleted the object, which the watch has yet to tell.
    void onDeleted(T object) {
        written.remove(key(object));
        deleted.values().removeIf(own -> !isRecent(own.at)); // of those that the watch had told before
        deleted.put(key(object), new Deleted(object.getMetadata().getUid(), System.nanoTime()));
    }

    /// Whether it is the very object that this bridge deleted. One that finalizers keep is seen again later.
    private boolean isDeleted(String key, T found) {
        Deleted own = deleted.get(key);
        return own != null && own.uid.equals(found.getMetadata().getUid()) && isRecent(own.at);
    }

    private static boolean isRecent(long at) {
        return System.nanoTime() - at <= TOLD_WITHIN.toNanos();
    }

    private T newer(String key, T watched) {
        Written<T> own = written.get(key);
        if (own == null) {
            return watched;
        }
        if (isRecent(own.at) && version(own.object) > version(watched)) {
            return own.object;
        }
        written.remove(key, own);
        return watched;
    }

    /// Resource versions are numbers that rise (KEP-5504); where they are not, the watch is believed.
    private static long version(HasMetadata object) {
        try {
            return Long.parseLong(object.getMetadata().getResourceVersion());
        } catch (NumberFormatException other) {
            return 0;
        }
    }

    private static String key(HasMetadata object) {
        return object.getMetadata().getNamespace() + "/" + object.getMetadata().getName();
    }
}
