package io.hikyaku.mesh;

import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.integration.AbstractInteropTest;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// gRPC's own interop tests of grpc-java: its client calls its service, with or without something between.
final class InteropCases extends AbstractInteropTest {
    /// The client's address is not what the service sees, which is the point of a bridge; the other looks at
    /// OpenCensus alone, which is not there.
    private static final Set<String> NOT_COMPARABLE =
            Set.of("getServerAddressAndLocalAddressFromClient", "censusContextsPropagated");

    private static final Set<String> COMPRESSION = Set.of(
            "clientCompressedUnary", "serverCompressedUnary", "clientCompressedStreaming", "serverCompressedStreaming");

    private static final int PATIENCE_MILLIS = 60_000;

    private final int servicePort;
    private final int calledPort;

    /// @param servicePort where the service listens
    /// @param calledPort where the client calls it
    private InteropCases(int servicePort, int calledPort) {
        this.servicePort = servicePort;
        this.calledPort = calledPort;
    }

    static List<String> names() {
        return Arrays.stream(AbstractInteropTest.class.getMethods())
                .filter(method ->
                        method.isAnnotationPresent(org.junit.Test.class) || COMPRESSION.contains(method.getName()))
                .map(Method::getName)
                .filter(name -> !NOT_COMPARABLE.contains(name))
                .sorted()
                .toList();
    }

    /// Runs one of them, with a service and a client of its own.
    static void run(String name, int servicePort, int calledPort) throws Throwable {
        InteropCases cases = new InteropCases(servicePort, calledPort);
        try {
            cases.setUp();
            method(name).invoke(cases, arguments(method(name)));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        } finally {
            cases.tearDown();
        }
    }

    private static Method method(String name) {
        return Stream.of(AbstractInteropTest.class.getMethods())
                .filter(method -> method.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /// Some can first probe whether the service refuses what is wrong; grpc-java's does not.
    private static Object[] arguments(Method method) {
        return method.getParameterCount() == 0 ? new Object[0] : new Object[] {false};
    }

    @Override
    protected ServerBuilder<?> getServerBuilder() {
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), servicePort))
                .flowControlWindow(TEST_FLOW_CONTROL_WINDOW)
                .maxInboundMessageSize(MAX_MESSAGE_SIZE);
    }

    @Override
    protected ManagedChannelBuilder<?> createChannelBuilder() {
        return NettyChannelBuilder.forAddress("127.0.0.1", calledPort)
                .usePlaintext()
                .flowControlWindow(TEST_FLOW_CONTROL_WINDOW)
                .maxInboundMessageSize(MAX_MESSAGE_SIZE);
    }

    @Override
    protected int operationTimeoutMillis() {
        return PATIENCE_MILLIS;
    }

    @Override
    protected boolean metricsExpected() {
        return false;
    }
}
