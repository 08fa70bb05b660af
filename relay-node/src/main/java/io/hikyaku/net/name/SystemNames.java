package io.hikyaku.net.name;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.Security;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The names as the operating system knows them (decision 030): it reads `/etc/hosts` and `/etc/resolv.conf` anew when
/// they change, and knows what else this machine was told about names. Asks on threads of its own, since the system's
/// call blocks, and once at a time for each name, so that a name whose servers are silent holds up no other. Java keeps
/// answers for a few seconds ([#forgetSoon]). Thread-safe.
public final class SystemNames extends AddressResolverGroup<InetSocketAddress> {
    /// Lookups at once.
    static final int MAX_THREADS = 16;
    /// Names that wait for a thread; any more count as unknown for now.
    static final int MAX_WAITING = 10_000;

    private static final long IDLE_SECONDS = 10;

    private final Lookup lookup;
    private final ThreadPoolExecutor threads;
    private final Map<String, CompletableFuture<List<InetAddress>>> underWay = new HashMap<>();

    /// How the system is asked; may block.
    interface Lookup {
        InetAddress[] of(String name) throws UnknownHostException;
    }

    public SystemNames() {
        this(InetAddress::getAllByName);
    }

    SystemNames(Lookup lookup) {
        this.lookup = lookup;
        this.threads = new ThreadPoolExecutor(
                MAX_THREADS,
                MAX_THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_WAITING),
                new DefaultThreadFactory("names", true));
        threads.allowCoreThreadTimeOut(true);
    }

    /// Java keeps an answer for 30 seconds, and for 10 that a name is unknown, so that a machine that boots before
    /// its network would wait for both. Shorter ones for this process, where nobody has said otherwise. Java reads
    /// them at the first lookup, so this comes before anything else.
    public static void forgetSoon() {
        if (Security.getProperty("networkaddress.cache.ttl") == null) {
            Security.setProperty("networkaddress.cache.ttl", "5");
        }
        if ("10".equals(Security.getProperty("networkaddress.cache.negative.ttl"))) {
            Security.setProperty("networkaddress.cache.negative.ttl", "1");
        }
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new InetNameResolver(executor) {
            @Override
            protected void doResolve(String name, Promise<InetAddress> promise) {
                find(name).whenComplete((found, failure) -> {
                    if (failure == null) {
                        promise.trySuccess(found.getFirst());
                    } else {
                        promise.tryFailure(failure);
                    }
                });
            }

            @Override
            protected void doResolveAll(String name, Promise<List<InetAddress>> promise) {
                find(name).whenComplete((found, failure) -> {
                    if (failure == null) {
                        promise.trySuccess(found);
                    } else {
                        promise.tryFailure(failure);
                    }
                });
            }
        }.asAddressResolver();
    }

    /// @return addresses, one at least, or an [UnknownHostException]; completed on any thread
    CompletableFuture<List<InetAddress>> find(String name) {
        CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
        synchronized (underWay) {
            CompletableFuture<List<InetAddress>> before = underWay.putIfAbsent(name, answer);
            if (before != null) {
                return before;
            }
        }
        try {
            threads.execute(() -> ask(name, answer));
        } catch (RejectedExecutionException e) {
            forget(name);
            answer.completeExceptionally(new UnknownHostException(name + ": too many names are being looked up"));
        }
        return answer;
    }

    private void ask(String name, CompletableFuture<List<InetAddress>> answer) {
        try {
            List<InetAddress> found = List.of(lookup.of(name));
            forget(name);
            answer.complete(found);
        } catch (UnknownHostException | RuntimeException e) {
            forget(name);
            answer.completeExceptionally(e);
        }
    }

    private void forget(String name) {
        synchronized (underWay) {
            underWay.remove(name);
        }
    }
}
