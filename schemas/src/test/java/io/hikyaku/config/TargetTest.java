package io.hikyaku.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:18080", "[::1]:18080", "orders.shop.svc.cluster.local:80"})
    void readsAndWritesAHostAndAPort(String text) {
        assertEquals(text, Target.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2c://127.0.0.1:18080", "https://127.0.0.1:18443", "http://127.0.0.1:18080"})
    void aSchemeIsRefusedWithTheFormsThatAreAccepted(String text) {
        // When
        var refusal = assertThrows(IllegalArgumentException.class, () -> Target.parse(text));

        // Then
        String scheme = text.substring(0, text.indexOf("127"));
        assertEquals(
                "targets with " + scheme + " are not supported; accepted are host:port and [IPv6]:port",
                refusal.getMessage());
    }

    @Test
    void nobodyDialsPortZero() {
        assertThrows(IllegalArgumentException.class, () -> Target.parse("127.0.0.1:0"));
    }
}
