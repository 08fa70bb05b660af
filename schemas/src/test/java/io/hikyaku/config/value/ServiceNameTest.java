package io.hikyaku.config.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceNameTest {

    @Test
    void readsAndWritesNamespaceAndName() {
        // When
        ServiceName read = ServiceName.parse("shop/orders");

        // Then
        assertEquals(new ServiceName("shop", "orders"), read);
        assertEquals("shop/orders", read.toString());
    }

    @Test
    void takesLabelsOf63Characters() {
        // Given
        String longest = "a".repeat(63);

        // When
        ServiceName read = ServiceName.parse(longest + "/" + longest);

        // Then
        assertEquals(longest, read.name());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "orders",
                "shop/",
                "/orders",
                "shop/orders/x",
                "Shop/orders",
                "shop/-orders",
                "shop/orders-",
                "shop/or.ders",
                "shop/or ders",
                "shop/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void refusesEverythingElse(String text) {
        assertThrows(IllegalArgumentException.class, () -> ServiceName.parse(text));
    }
}
