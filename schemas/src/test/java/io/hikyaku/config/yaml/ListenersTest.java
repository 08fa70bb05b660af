package io.hikyaku.config.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.config.value.HostPort;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenersTest {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:80,        127.0.0.1:80,         true",
        "127.0.0.1:80,        127.0.0.1:81,         false",
        "127.0.0.1:80,        127.0.0.2:80,         false",
        "127.0.0.1:0,         127.0.0.1:0,          false",
        "0.0.0.0:80,          127.0.0.1:80,         true",
        "0.0.0.0:80,          0.0.0.0:80,           true",
        "0.0.0.0:80,          '[::]:80',            true",
        "0.0.0.0:80,          '[::1]:80',           false",
        "0.0.0.0:80,          '[::ffff:10.0.0.1]:80', true",
        "0.0.0.0:80,          host:80,              true",
        "'[::]:80',           '[::1]:80',           true",
        "'[::]:80',           127.0.0.1:80,         true",
        "'[0:0:0:0:0:0:0:0]:80', 127.0.0.1:80,      true",
        "'[::]:80',           host:80,              true",
        "'[::1]:80',          '[0:0:0:0:0:0:0:1]:80', true",
        "'[::1]:80',          127.0.0.1:80,         false",
        "'[::ffff:127.0.0.1]:80', 127.0.0.1:80,     true",
        "'[fe80::1%eth0]:80', '[fe80::1%eth1]:80',  false",
        "'[fe80::1%eth0]:80', '[fe80:0::1%eth0]:80', true",
        "localhost:80,        LOCALHOST:80,         true",
        "localhost:80,        127.0.0.1:80,         true",
        "localhost:80,        '[::1]:80',           true",
        "localhost:80,        127.0.0.2:80,         false",
        "localhost:80,        10.0.0.1:80,          false",
        "a.example:80,        b.example:80,         false",
    })
    void twoListenersClashWhenTheSystemWouldRefuseTheSecond(HostPortText a, HostPortText b, boolean clash) {
        assertEquals(clash, Listeners.clash(a.parsed(), b.parsed()));
        assertEquals(clash, Listeners.clash(b.parsed(), a.parsed()), "the other way round");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:80,  127.0.0.1:80, true",
        "127.0.0.1:80,  127.0.0.1:81, false",
        "localhost:80,  127.0.0.1:80, true",
        "localhost:80,  0.0.0.0:80,   true",
        "127.0.0.2:80,  '[::]:80',    true",
        "10.0.0.1:80,   10.0.0.1:80,  true",
        "10.0.0.1:80,   0.0.0.0:80,   false",
        "cart.shop:80,  0.0.0.0:80,   false",
        "cart.shop:80,  '[::]:80',    false",
    })
    void anAddressReachesAListenerOnlyIfThatIsCertain(HostPortText address, HostPortText listener, boolean reaches) {
        assertEquals(reaches, Listeners.reaches(address.parsed(), listener.parsed()));
    }

    record HostPortText(String text) {
        HostPort parsed() {
            return HostPort.parse(text);
        }
    }
}
