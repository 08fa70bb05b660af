package io.hikyaku.config.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeSpanTest {

    @ParameterizedTest
    @CsvSource({
        "1ms, PT0.001S",
        "1500ms, PT1.5S",
        "10s, PT10S",
        "60s, PT60S",
        "2m, PT2M",
        "90s, PT90S",
        "1h, PT1H",
        "168h, PT168H"
    })
    void readsAndWritesANumberWithItsUnit(String text, Duration duration) {
        assertEquals(duration, TimeSpan.parse(text));
        assertEquals(text, TimeSpan.format(duration));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0s",
                "-1s",
                "1",
                "s",
                "1.5s",
                "1 s",
                "1S",
                "1d",
                "1m30s",
                "PT10S",
                "01s",
                "169h",
                "999999999h",
                "9999999999ms"
            })
    void refusesEverythingElse(String text) {
        assertThrows(IllegalArgumentException.class, () -> TimeSpan.parse(text));
    }
}
