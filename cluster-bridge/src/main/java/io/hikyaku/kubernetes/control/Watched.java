package io.hikyaku.kubernetes.control;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// All objects of one kind in the namespaces that a bridge looks at, kept up to date by watches. What this bridge has
/// just written is seen at once, though the watch may tell of it later. For any thread.
final class Watched<T extends HasMetadata> {
    private final List<SharedIndexInformer<T>> informers = new ArrayList<>();
    private final Map<String, T> written = new ConcurrentHashMap<>();

    /// @param made informers that do not run yet, one for each namespace or one for all
    /// @param changed told of each object that is new, gone or different
    Watched(
            Stream<SharedIndexInformer<T>> made,
            Map<String, Function<T, List<String>>> indexes,
            Consumer<? super T> changed) {
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
                    changed.accept(object);
                }
            });
            informer.exceptionHandler((started, failure) -> true); // the API server comes back, sooner or later
            informers.add(informer);
        });
    }

    /// Completed when all of them have been listed once.
    CompletableFuture<Void> start() {
        return CompletableFuture.allOf(informers.stream()
                .map(informer -> informer.start().toCompletableFuture())
                .toArray(CompletableFuture[]::new));
    }

    void stop() {
        informers.forEach(SharedIndexInformer::stop);
    }

    /// Whether all watches are open.
    boolean isWatching() {
        return informers.stream().allMatch(SharedIndexInformer::isWatching);
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
                return newer(key, found);
            }
        }
        return written.get(key);
    }

    List<T> byIndex(String index, String value) {
        return informers.stream()
                .flatMap(informer -> informer.getIndexer().byIndex(index, value).stream())
                .map(found -> newer(key(found), found))
                .toList();
    }

    Stream<T> all() {
        return informers.stream().flatMap(informer -> informer.getStore().list().stream());
    }

    /// This bridge wrote the object, and the API server gave it back as it is now.
    void onWritten(T object) {
        written.put(key(object), object);
    }

    /// This bridge deleted the object.
    void onDeleted(T object) {
        written.remove(key(object));
    }

    private T newer(String key, T watched) {
        T own = written.get(key);
        if (own == null) {
            return watched;
        }
        if (version(own) > version(watched)) {
            return own;
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
