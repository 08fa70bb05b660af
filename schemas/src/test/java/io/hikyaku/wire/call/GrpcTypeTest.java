package io.hikyaku.wire.call;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrpcTypeTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/grpc",
                "Application/GRPC",
                "application/grpc+proto",
                "application/grpc;charset=utf-8",
                "application/grpc ; charset=utf-8",
                "application/grpc\t;a=b"
            })
    void isOneOfGrpc(String contentType) {
        assertTrue(GrpcType.matches(contentType));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "application/grp", "application/grpc-web", "application/grpcs", "text/application/grpc"})
    void isAnother(String contentType) {
        assertFalse(GrpcType.matches(contentType));
    }
}
