package io.hikyaku.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SegmentScanTest {

    @ParameterizedTest
    @CsvSource({
        "canary, canary, true",
        "xxcanary, canary, true",
        "cancanary, canary, true",
        "aabaabaaa, aabaaa, true",
        "canar, canary, false",
        "canarcanar, canary, false",
        "'', canary, false"
    })
    void findsTheCanaryWhereverItBegins(String text, String canary, boolean held) throws IOException {
        byte[] segment = text.getBytes(StandardCharsets.US_ASCII);

        boolean found =
                SegmentScan.holds(new ByteArrayInputStream(segment), canary.getBytes(StandardCharsets.US_ASCII));

        assertEquals(held, found);
    }
}
