package io.hikyaku.call;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;

/// A DNS server that says what a test needs, and of all other names what this machine says.
final class TestNames extends AddressResolverGroup<InetSocketAddress> {
    private static final Map<String, String> KNOWN =
            Map.of("inside.example", "127.0.0.1", "metadata.example", "169.254.169.254");

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new InetNameResolver(executor) {
            @Override
            protected void doResolve(String name, Promise<InetAddress> promise) {
                try {
                    promise.setSuccess(InetAddress.getByName(KNOWN.getOrDefault(name, name)));
                } catch (UnknownHostException unknown) {
                    promise.setFailure(unknown);
                }
            }

            @Override
            protected void doResolveAll(String name, Promise<List<InetAddress>> promise) {
                try {
                    promise.setSuccess(List.of(InetAddress.getAllByName(KNOWN.getOrDefault(name, name))));
                } catch (UnknownHostException unknown) {
                    promise.setFailure(unknown);
                }
            }
        }.asAddressResolver();
    }
}
