package io.hikyaku.kubernetes.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target.Scheme;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PortProtocolTest {
    @ParameterizedTest
    @CsvSource({
        "http, , HTTP, PLAIN",
        "HTTP, , HTTP, PLAIN",
        "kubernetes.io/ws, , HTTP, PLAIN",
        "kubernetes.io/h2c, , HTTP, H2C",
        "grpc, , HTTP, H2C",
        "grpc-web, , HTTP, PLAIN",
        "https, , TCP, PLAIN",
        "example.com/mine, http, TCP, PLAIN",
        "'', http, HTTP, PLAIN",
        ", http, HTTP, PLAIN",
        ", http-admin, HTTP, PLAIN",
        ", http2-api, HTTP, H2C",
        ", grpc-orders, HTTP, H2C",
        ", grpc-web, HTTP, PLAIN",
        ", grpc-web-api, HTTP, PLAIN",
        ", httpx, TCP, PLAIN",
        ", sql, TCP, PLAIN",
        ", , TCP, PLAIN",
    })
    void isWhatThePortSays(String appProtocol, String name, Protocol protocol, Scheme scheme) {
        assertEquals(new PortProtocol(protocol, scheme), PortProtocol.of(appProtocol, name));
    }
}
