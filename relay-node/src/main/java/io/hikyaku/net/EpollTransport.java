package io.hikyaku.net;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.vertx.core.transport.Transport;

/// Vert.x's epoll transport, but no socket is ever taken out of epoll while it is open.
///
/// Netty 4.2 does that when a socket waits for nothing, which is so when the other side has sent its end and nothing is
/// being written; and it does not put it back (up to 4.2.20 at least: the registration goes on to believe that it is
/// in). From then on the first write that the kernel does not take at once fails, and bytes of a half-closed
/// connection are lost. Waiting for errors instead, which epoll reports in any case, costs nothing.
record EpollTransport(Transport vertx) implements Transport {
    @Override
    public String name() {
        return vertx.name();
    }

    @Override
    public boolean available() {
        return vertx.available();
    }

    @Override
    public Throwable unavailabilityCause() {
        return vertx.unavailabilityCause();
    }

    @Override
    public io.vertx.core.spi.transport.Transport implementation() {
        return new io.vertx.core.impl.transports.EpollTransport() {
            @Override
            public IoHandlerFactory ioHandlerFactory() {
                return new KeepingFactory(super.ioHandlerFactory());
            }
        };
    }

    private record KeepingFactory(IoHandlerFactory epoll) implements IoHandlerFactory {
        @Override
        public IoHandler newHandler(ThreadAwareExecutor executor) {
            return new KeepingHandler(epoll.newHandler(executor));
        }

        @Override
        public boolean isChangingThreadSupported() {
            return epoll.isChangingThreadSupported();
        }
    }

    private record KeepingHandler(IoHandler epoll) implements IoHandler {
        @Override
        public void initialize() {
            epoll.initialize();
        }

        @Override
        public int run(IoHandlerContext context) {
            return epoll.run(context);
        }

        @Override
        public void prepareToDestroy() {
            epoll.prepareToDestroy();
        }

        @Override
        public void destroy() {
            epoll.destroy();
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            return new KeptIn(epoll.register(handle));
        }

        @Override
        public void wakeup() {
            epoll.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return epoll.isCompatible(type);
        }
    }

    private record KeptIn(IoRegistration registration) implements IoRegistration {
        @Override
        public <T> T attachment() {
            return registration.attachment();
        }

        @Override
        public long submit(IoOps ops) {
            return registration.submit(EpollIoOps.NONE.equals(ops) ? EpollIoOps.EPOLLERR : ops);
        }

        @Override
        public boolean isValid() {
            return registration.isValid();
        }

        @Override
        public boolean cancel() {
            return registration.cancel();
        }
    }
}
