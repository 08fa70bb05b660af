package io.hikyaku.net;

import com.sun.management.UnixOperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sits in the pipeline of every listening socket for links and calls, and resets new connections when the process has
/// hardly any file descriptors left. Those that are left are for what is already running: targets to be dialled, relays
/// and brokers to be found again, log files, and the admin server.
///
/// The kernel hands out the lowest free number. So the number of a new socket is a lower bound on the open descriptors,
/// and nothing has to be counted. Where sockets have no numbers (Java's own transport), nobody is turned away, and the
/// process goes on when accepting fails.
@Sharable
public final class AcceptLimiter extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(AcceptLimiter.class);
    private static final long LEAST_RESERVE = 64;
    private static final long MOST_RESERVE = 1024;
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final long ONE_LINE_NANOS = Duration.ofMinutes(1).toNanos();

    private final long firstReserved;
    private final long firstForTheRest;
    private final LongAdder turnedAway = new LongAdder();
    private final LongAdder notDialled = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final AtomicLong quietOfShortage = new AtomicLong(System.nanoTime());
    private final AtomicLong quietOfFailures = new AtomicLong(System.nanoTime());

    /// @param firstReserved the lowest number of a socket that is turned away
    /// @param firstForTheRest the lowest number that targets are not dialled with either
    public AcceptLimiter(long firstReserved, long firstForTheRest) {
        this.firstReserved = firstReserved;
        this.firstForTheRest = firstForTheRest;
    }

    /// Keeps an eighth of the descriptors that this process may have, 64 to 1,024 of them. Calls that have come in
    /// may use half of those for targets.
    public static AcceptLimiter ofThisProcess() {
        long limit = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
        long reserve = Math.clamp(limit / 8, LEAST_RESERVE, MOST_RESERVE);
        return new AcceptLimiter(limit - reserve, limit - reserve / 2);
    }

    public void register(MeterRegistry meters) {
        shed("in", turnedAway, meters);
        shed("out", notDialled, meters);
        FunctionCounter.builder("hikyaku.accept.failures", failed, LongAdder::sum)
                .description("Failures of the operating system to give out new connections")
                .register(meters);
    }

    private static void shed(String direction, LongAdder count, MeterRegistry meters) {
        FunctionCounter.builder("hikyaku.connections.shed", count, LongAdder::sum)
                .description("Connections turned away, or targets not dialled, because file descriptors run short")
                .tag("direction", direction)
                .register(meters);
    }

    /// Whether a socket for a call may be dialled; asked once for each.
    public boolean hasRoomForOurOwn(Channel socket) {
        boolean room = number(socket) < firstForTheRest;
        if (!room) {
            notDialled.increment();
        }
        return room;
    }

    /// Whether a new connection would be turned away.
    ///
    /// @param newest a socket that was made just now
    public boolean turnsAway(Channel newest) {
        return number(newest) >= firstReserved;
    }

    private static int number(Object socket) {
        return socket instanceof UnixChannel unix ? unix.fd().intValue() : 0;
    }

    /// A listening socket reads connections.
    @Override
    public void channelRead(ChannelHandlerContext context, Object newcomer) {
        int number = number(newcomer);
        if (number >= firstReserved && newcomer instanceof Channel connection) {
            turnedAway.increment();
            warn(quietOfShortage, "file descriptors run short, {} are in use: new connections are reset", number);
            reset(connection);
        } else {
            context.fireChannelRead(newcomer);
        }
    }

    /// A clean end could be taken for a response. No event loop knows this connection yet.
    private static void reset(Channel connection) {
        connection.config().setOption(ChannelOption.SO_LINGER, 0);
        connection.unsafe().closeForcibly();
    }

    /// Not a single descriptor may be left (`EMFILE`), and the newcomer stays in the kernel's queue: accepting
    /// again at once would fail again.
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        if (!(failure instanceof IOException)) {
            context.fireExceptionCaught(failure);
            return;
        }
        failed.increment();
        warn(quietOfFailures, "a connection could not be accepted: {}", failure.toString());
        ChannelConfig listener = context.channel().config();
        listener.setAutoRead(false);
        context.channel()
                .eventLoop()
                .schedule(() -> listener.setAutoRead(true), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// At most one line of a kind a minute: anybody can cause these, and the rest is counted.
    ///
    /// @param quietUntil when the next line of its kind may be, in nanoseconds
    private static void warn(AtomicLong quietUntil, String text, Object detail) {
        long now = System.nanoTime();
        long until = quietUntil.get();
        if (now - until >= 0 && quietUntil.compareAndSet(until, now + ONE_LINE_NANOS)) {
            LOG.warn(text, detail);
        }
    }
}
