package io.hikyaku.net.name;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AddressMemoryTest {
    private static final InetSocketAddress A4 = at("192.0.2.1");
    private static final InetSocketAddress B4 = at("192.0.2.2");
    private static final InetSocketAddress C4 = at("192.0.2.3");
    private static final InetSocketAddress A6 = at("2001:db8::1");
    private static final InetSocketAddress B6 = at("2001:db8::2");

    private final AddressMemory memory = new AddressMemory();

    private static InetSocketAddress at(String address) {
        return new InetSocketAddress(address, 80);
    }

    @Test
    void bothFamiliesTakeTurnsBeginningWithThatOfTheFirst() {
        assertEquals(List.of(A4, A6, B4, B6, C4), memory.order(List.of(A4, B4, C4, A6, B6), 0));
        assertEquals(List.of(A6, A4, B4), memory.order(List.of(A6, A4, B4), 0));
    }

    @Test
    void whoFailedOfLateComesLastTheLongestAgoFirst() {
        // When
        memory.onFailure(A6, 2);
        memory.onFailure(A4, 1);

        // Then
        assertEquals(List.of(B4, A4, A6), memory.order(List.of(A4, A6, B4), 3));
    }

    @Test
    void whoAnswersOrFailedLongAgoIsEqualAgain() {
        // Given
        memory.onFailure(A4, 1);
        memory.onFailure(B4, AddressMemory.SPARED.toNanos());

        // When
        memory.onSuccess(B4);

        // Then
        assertEquals(List.of(A4, B4), memory.order(List.of(A4, B4), 1 + AddressMemory.SPARED.toNanos()));
    }

    @Test
    void noMoreThanSoManyAddressesAreTried() {
        // Given
        List<InetSocketAddress> many = new ArrayList<>(Stream.iterate(1, n -> n + 1)
                .limit(100)
                .map(n -> at("192.0.2." + n))
                .toList());

        // When
        many.forEach(address -> memory.onFailure(address, 0));

        // Then
        assertEquals(AddressMemory.MAX_ADDRESSES, memory.order(many, 1).size());
    }
}
