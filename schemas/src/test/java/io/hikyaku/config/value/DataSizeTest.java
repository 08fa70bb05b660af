package io.hikyaku.config.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataSizeTest {

    @ParameterizedTest
    @CsvSource({"1KiB, 1024", "64KiB, 65536", "1MiB, 1048576", "3GiB, 3221225472", "1024GiB, 1099511627776"})
    void readsAndWritesANumberWithItsUnit(String text, long bytes) {
        // When
        DataSize read = DataSize.parse(text);

        // Then
        assertEquals(new DataSize(bytes), read);
        assertEquals(text, read.toString());
    }

    @Test
    void writesBytesWithoutAUnit() {
        assertEquals("1025", new DataSize(1025).toString());
        assertEquals("1025KiB", new DataSize(1025 * 1024).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0KiB",
                "-1KiB",
                "1.5MiB",
                "1 MiB",
                "1MB",
                "1mib",
                "1M",
                "MiB",
                "01KiB",
                "1025GiB",
                "999999999GiB",
                "9999999999GiB"
            })
    void refusesEverythingElse(String text) {
        assertThrows(IllegalArgumentException.class, () -> DataSize.parse(text));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE, (1L << 40) + 1})
    void isBetweenOneByteAndOneTebibyte(long bytes) {
        assertThrows(IllegalArgumentException.class, () -> new DataSize(bytes));
    }
}
