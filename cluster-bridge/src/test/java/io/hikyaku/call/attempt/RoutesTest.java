package io.hikyaku.call.attempt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class RoutesTest {
    private static long affinity(String address) {
        return Routes.affinityOf(InetAddress.ofLiteral(address));
    }

    /// Bridges of different versions have to agree.
    @Test
    void anAffinityIsTheBeginningOfTheHashOfAnAddress() {
        assertEquals(0x47b774c93d5c0301L, affinity("10.0.0.1"));
        assertEquals(0x1e03d7e1ca9db508L, affinity("2001:db8::1"));
    }

    @Test
    void anIpv4AddressWithinIpv6IsTheSameClient() {
        assertEquals(affinity("10.0.0.1"), affinity("::ffff:10.0.0.1"));
        assertNotEquals(affinity("10.0.0.1"), affinity("10.0.0.2"));
    }
}
