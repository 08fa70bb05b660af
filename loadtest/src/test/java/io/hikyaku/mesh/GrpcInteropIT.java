package io.hikyaku.mesh;

import io.hikyaku.lab.Ports;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// gRPC's interop tests through bridges: every one that passes without them passes with them.
@ParameterizedClass
@EnumSource(names = {"ONE_RELAY", "KAFKA"})
class GrpcInteropIT {
    @Parameter
    Carrier carrier;

    @TestFactory
    List<DynamicTest> passesWithoutBridges() throws Exception {
        int port = Ports.free();
        return each(port, port);
    }

    @TestFactory
    List<DynamicTest> passesWithBridges() throws Exception {
        SharedMesh mesh = SharedMesh.over(carrier);
        return each(mesh.grpcTarget, mesh.port(SharedMesh.GRPC));
    }

    private static List<DynamicTest> each(int servicePort, int calledPort) {
        return InteropCases.names().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> InteropCases.run(name, servicePort, calledPort)))
                .toList();
    }
}
