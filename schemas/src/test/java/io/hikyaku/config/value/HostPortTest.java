package io.hikyaku.config.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:9400,       127.0.0.1,   9400",
        "0.0.0.0:0,            0.0.0.0,     0",
        "[::1]:9000,           ::1,         9000",
        "[::]:65535,           ::,          65535",
        "[fe80::1%eth0]:80,    fe80::1%eth0,80",
        "[2001:DB8::7]:80,     2001:DB8::7, 80",
        "[::ffff:10.0.0.1]:80, ::ffff:10.0.0.1, 80",
        "relay-1.example:7443, relay-1.example, 7443",
        "relay.example.:7443,  relay.example., 7443",
        "my_host:1,            my_host,     1",
        "3com.example:1,       3com.example, 1",
    })
    void readsAndWritesAHostAndAPort(String text, String host, int port) {
        // When
        HostPort read = HostPort.parse(text);

        // Then
        assertEquals(new HostPort(host, port), read);
        assertEquals(text, read.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "host",
                "host:",
                ":80",
                "host:x",
                "host:-1",
                "host:+1",
                "host:65536",
                "host:999999",
                "host:8 0",
                " host:80",
                "::1:80",
                "::1",
                "[::1]",
                "[::1",
                "[::1]80",
                "[]:80",
                "[host]:80",
                "[1.2.3.4]:80",
                "[::g]:80",
                "[1::2::3]:80",
                "[[::1]]:80",
                "256.1.1.1:80",
                "1.2.3:80",
                "1.2.3.4.5:80",
                "01.2.3.4:80",
                "1234:80",
                "a..b:80",
                "-a:80",
                "a-:80",
                "a b:80",
                "user@host:80",
                "http://host:80",
                "[fe80::1%]:80",
                "[fe80::1%et h]:80",
                "höst:80",
                "host:８０"
            })
    void refusesEverythingElse(String text) {
        // When
        var refusal = assertThrows(IllegalArgumentException.class, () -> HostPort.parse(text));

        // Then
        assertTrue(String.valueOf(refusal.getMessage()).length() > 10, refusal.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0:1, true",
        "[::]:1, true",
        "[0:0:0:0:0:0:0:0]:1, true",
        "127.0.0.1:1, false",
        "[::1]:1, false",
        "host:1, false"
    })
    void knowsTheAddressesThatMeanAllOfThem(String text, boolean wildcard) {
        assertEquals(wildcard, HostPort.parse(text).isWildcard());
    }
}
