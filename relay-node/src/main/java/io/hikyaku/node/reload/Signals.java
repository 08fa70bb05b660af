package io.hikyaku.node.reload;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handles signals of the operating system. The JDK has `sun.misc.Signal` for this and nothing else; the compiler warns
/// of the name, and this build takes no warnings, so it is looked up when the program runs. Where a JDK no longer has
/// it, or was told to leave signals alone (`-Xrs`), the default stays.
public final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /// @param name without `SIG`
    /// @param action runs in a thread of its own each time that the signal comes
    public static void handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            MethodHandle run = MethodHandles.lookup()
                    .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                    .bindTo(action);
            Object handling =
                    MethodHandleProxies.asInterfaceInstance(handler, MethodHandles.dropArguments(run, 0, signal));
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), handling);
        } catch (ReflectiveOperationException e) {
            Throwable cause = e instanceof InvocationTargetException invoked ? invoked.getCause() : e;
            LOG.debug("SIG{} keeps its default handling: {}", name, String.valueOf(cause));
        }
    }
}
