package io.hikyaku.config.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hikyaku.config.value.LinkUrl.Scheme;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinkUrlTest {

    @ParameterizedTest
    @CsvSource({
        "tls://relay-1.example:7443,     TLS, relay-1.example:7443, '',       tls://relay-1.example:7443",
        "tls://[::1]:7443,               TLS, [::1]:7443,           '',       tls://[::1]:7443",
        "tls://0.0.0.0:0,                TLS, 0.0.0.0:0,            '',       tls://0.0.0.0:0",
        "wss://relay-2.example:8443/link,WSS, relay-2.example:8443, /link,    wss://relay-2.example:8443/link",
        "wss://relay,                    WSS, relay:443,            /link,    wss://relay:443/link",
        "wss://relay/,                   WSS, relay:443,            /link,    wss://relay:443/link",
        "wss://relay/a/b-c.d,            WSS, relay:443,            /a/b-c.d, wss://relay:443/a/b-c.d",
        "wss://[::]/link,                WSS, [::]:443,             /link,    wss://[::]:443/link",
        "wss://[::1]:8443,               WSS, [::1]:8443,           /link,    wss://[::1]:8443/link",
    })
    void readsEveryForm(String text, Scheme scheme, String address, String path, String written) {
        // When
        LinkUrl read = LinkUrl.parse(text);

        // Then
        assertEquals(new LinkUrl(scheme, HostPort.parse(address), path), read);
        assertEquals(written, read.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "relay:7443",
                "tls:relay:7443",
                "http://relay:80",
                "ws://relay/link",
                "TLS://relay:7443",
                "tls://relay",
                "tls://relay:7443/",
                "tls://relay:7443/link",
                "tls://::1:7443",
                "wss://",
                "wss:///link",
                "wss://relay:/link",
                "wss://relay/link?x",
                "wss://relay/link#x",
                "wss://relay//link",
                "wss://relay/link/",
                "wss://relay/a b",
                "wss://user:secret@relay/link",
                "tls://a:1,tls://b:1"
            })
    void refusesEverythingElse(String text) {
        assertThrows(IllegalArgumentException.class, () -> LinkUrl.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tls://relay:0", "wss://relay:0/link"})
    void nobodyDialsPortZero(String text) {
        assertThrows(IllegalArgumentException.class, () -> LinkUrl.parseDialled(text));
    }

    @Test
    void aPasswordIsNotRepeatedInTheMessage() {
        // When
        var refusal =
                assertThrows(IllegalArgumentException.class, () -> LinkUrl.parse("wss://user:hunter2@relay:8443/link"));

        // Then
        assertFalse(String.valueOf(refusal.getMessage()).contains("hunter2"));
    }
}
