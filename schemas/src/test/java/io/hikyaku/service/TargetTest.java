package io.hikyaku.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hikyaku.service.Target.Scheme;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:18080, PLAIN",
        "[::1]:18080, PLAIN",
        "orders.shop.svc.cluster.local:80, PLAIN",
        "h2c://127.0.0.1:18080, H2C",
        "https://[::1]:18443, HTTPS",
    })
    void readsAndWritesItsForms(String text, Scheme scheme) {
        // When
        Target target = Target.parse(text);

        // Then
        assertEquals(scheme, target.scheme());
        assertEquals(text, target.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:18080", "HTTPS://127.0.0.1:18443", "://127.0.0.1:1"})
    void anotherSchemeIsRefusedWithTheFormsThatAreAccepted(String text) {
        // When
        var refusal = assertThrows(IllegalArgumentException.class, () -> Target.parse(text));

        // Then
        String scheme = text.substring(0, text.indexOf("127"));
        assertEquals(
                "targets with " + scheme
                        + " are not supported; accepted are host:port, h2c://host:port and https://host:port",
                refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://h", "https://h:1/path", "h2c://u@h:1", "https://h2c://h:1"})
    void aTargetIsAHostAndAPortAndNothingElse(String text) {
        assertThrows(IllegalArgumentException.class, () -> Target.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "h:80, keep, caller.example, caller.example",
        "h:80, target, caller.example, h",
        "h:443, target, caller.example, h:443",
        "https://h:443, target, caller.example, h",
        "https://h:80, target, caller.example, h:80",
        "h2c://[::1]:80, target, caller.example, [::1]",
        "h:80, shop.example:8080, caller.example, shop.example:8080",
    })
    void theHostOfCallsIsTheCallersOrTheTargetsOrAnother(String target, String rule, String said, String expected) {
        assertEquals(expected, new TargetHost(rule).authority(said, Target.parse(target)));
    }

    @Test
    void nobodyDialsPortZero() {
        assertThrows(IllegalArgumentException.class, () -> Target.parse("127.0.0.1:0"));
    }
}
