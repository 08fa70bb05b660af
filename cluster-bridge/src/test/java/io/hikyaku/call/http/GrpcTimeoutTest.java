package io.hikyaku.call.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrpcTimeoutTest {
    @ParameterizedTest
    @CsvSource({"1n,1", "5u,5000", "99999999m,99999999000000", "2S,2000000000", "1M,60000000000", "1H,3600000000000"})
    void readsEveryUnit(String text, long nanos) {
        assertEquals(nanos, GrpcTimeout.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "S", "1", "123456789S", "-1S", "+1S", "1s", "1 S", "0x1S", "1.5S", "١S"})
    void refusesWhatIsNoTimeout(String text) {
        assertEquals(-1, GrpcTimeout.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "0,1n",
        "99999999,99999999n",
        "100000000,100000u",
        "99999999999,99999999u",
        "100000000000,100000m",
        "99999999999999999,99999999S",
        "100000000000000000,1666666M",
        "9223372036854775807,2562047H"
    })
    void writesTheFinestUnitThatFitsEightDigits(long nanos, String text) {
        assertEquals(text, GrpcTimeout.format(nanos).toString());
    }
}
