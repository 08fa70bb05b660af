package io.hikyaku.kubernetes.cleanup;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.hikyaku.kubernetes.imports.Ownership;
import io.hikyaku.kubernetes.mcs.McsApi;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Finds the objects that are ours, a page at a time, and deletes them: what callers are led by first, and
/// ServiceImports last, since the others are found by them. For one thread.
final class Sweep implements AutoCloseable {
    private static final long PAGE = 500;
    private static final int AT_ONCE = 4;
    /// Of one kind in one place: looked at again for as long as something went, at most this often.
    private static final int PASSES = 10;
    private static final int ATTEMPTS = 3;

    private final KubernetesClient client;
    private final List<String> namespaces;
    private final Consumer<String> say;
    private final ExecutorService threads = Executors.newFixedThreadPool(
            AT_ONCE, Thread.ofPlatform().daemon().name("cleanup-", 0).factory());
    private final Map<String, String> left = new TreeMap<>();
    private @Nullable Guard guard;

    /// Asked before each write.
    interface Guard {
        /// @throws IOException if there must be no more
        void check() throws IOException;
    }

    /// @param namespaces to look at; none: all
    Sweep(KubernetesClient client, List<String> namespaces, Consumer<String> say) {
        this.client = client;
        this.namespaces = namespaces;
        this.say = say;
    }

    /// Says what there is to delete.
    void look() throws IOException, InterruptedException {
        all();
    }

    /// Deletes it.
    void run(Guard before) throws IOException, InterruptedException {
        guard = before;
        all();
    }

    /// How many objects or lists could not be done with.
    int left() {
        return left.size();
    }

    /// Says what is left, and why.
    void report() {
        left.forEach((what, why) -> say.accept("left: " + what + ": " + why));
    }

    private void all() throws IOException, InterruptedException {
        each("EndpointSlice", client.discovery().v1().endpointSlices());
        each("Service", client.services());
        Optional<McsApi> api = McsApi.served(client);
        if (api.isPresent()) {
            each("ServiceImport", api.get().imports(client));
        }
    }

    private <T extends HasMetadata, L extends KubernetesResourceList<T>, R extends Resource<T>> void each(
            String kind, MixedOperation<T, L, R> operation) throws IOException, InterruptedException {
        if (namespaces.isEmpty()) {
            sweep(kind + "s", kind, operation.inAnyNamespace().withLabelSelector(Ownership.SELECTOR));
        }
        for (String namespace : namespaces) {
            sweep(
                    kind + "s in namespace " + namespace,
                    kind,
                    operation.inNamespace(namespace).withLabelSelector(Ownership.SELECTOR));
        }
    }

    private <T extends HasMetadata, L extends KubernetesResourceList<T>, R extends Resource<T>> void sweep(
            String where, String kind, FilterWatchListDeletable<T, L, R> ours)
            throws IOException, InterruptedException {
        try {
            boolean more = true;
            for (int pass = 0; more && pass < PASSES; pass++) {
                more = pass(kind, ours);
            }
            if (more) {
                left.put(
                        where, "there were still some the " + PASSES + "th time; somebody makes them, or run it again");
            }
        } catch (KubernetesClientException refused) {
            switch (refused.getCode()) {
                case HttpURLConnection.HTTP_FORBIDDEN ->
                    left.put(where, "they may not be listed: " + refused.getMessage());
                case HttpURLConnection.HTTP_NOT_FOUND -> {} // the API server does not know the kind, so there are none
                default -> throw refused;
            }
        }
    }

    /// @return whether it is of use to look again: something went, and something may have come meanwhile
    private <T extends HasMetadata, L extends KubernetesResourceList<T>, R extends Resource<T>> boolean pass(
            String kind, FilterWatchListDeletable<T, L, R> ours) throws IOException, InterruptedException {
        boolean went = false;
        String next = null;
        do {
            L page;
            try {
                page = ours.list(new ListOptionsBuilder()
                        .withLimit(PAGE)
                        .withContinue(next)
                        .build());
            } catch (KubernetesClientException refused) {
                if (next != null && refused.getCode() == HttpURLConnection.HTTP_GONE) {
                    return true; // the list is too old to be continued
                }
                throw refused;
            }
            went |= page(kind, page.getItems());
            next = page.getMetadata().getContinue();
        } while (next != null && !next.isEmpty());
        return went;
    }

    private boolean page(String kind, List<? extends HasMetadata> objects) throws IOException, InterruptedException {
        List<Callable<Boolean>> tasks = new ArrayList<>();
        for (HasMetadata object : objects) {
            if (Ownership.isOurs(object)) {
                tasks.add(() -> take(kind, object));
            }
        }
        boolean went = false;
        for (Future<Boolean> each : threads.invokeAll(tasks)) {
            try {
                went |= each.get();
            } catch (ExecutionException failed) {
                if (failed.getCause() instanceof IOException stopped) {
                    throw new IOException(stopped.getMessage(), stopped);
                }
                throw new IllegalStateException(failed);
            }
        }
        return went;
    }

    /// @return whether it went
    private boolean take(String kind, HasMetadata object) throws IOException {
        String name = kind + " " + object.getMetadata().getNamespace() + "/"
                + object.getMetadata().getName();
        Guard before = guard;
        if (before == null) {
            say("would delete " + name);
            return false;
        }
        if (object.getMetadata().getDeletionTimestamp() != null) {
            leave(name, "it waits for its finalizers " + object.getMetadata().getFinalizers());
            return false;
        }
        try {
            boolean deleted = delete(object, before);
            synchronized (this) {
                left.remove(name);
            }
            if (deleted) {
                say("deleted " + name);
            }
            return deleted;
        } catch (KubernetesClientException refused) {
            leave(name, String.valueOf(refused.getMessage()));
            return false;
        }
    }

    /// One that has changed since it was listed may be somebody else's now.
    ///
    /// @return whether it was there, and ours
    private boolean delete(HasMetadata listed, Guard before) throws IOException {
        HasMetadata object = listed;
        for (int attempt = 1; object != null && Ownership.isOurs(object); attempt++) {
            before.check();
            try {
                client.resource(object)
                        .lockResourceVersion(object.getMetadata().getResourceVersion())
                        .delete();
                return true;
            } catch (KubernetesClientException refused) {
                if (refused.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                    return false;
                }
                if (refused.getCode() != HttpURLConnection.HTTP_CONFLICT || attempt == ATTEMPTS) {
                    throw refused;
                }
                object = client.resource(object).get();
            }
        }
        return false;
    }

    private synchronized void say(String line) {
        say.accept(line);
    }

    private synchronized void leave(String what, String why) {
        left.put(what, why);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
