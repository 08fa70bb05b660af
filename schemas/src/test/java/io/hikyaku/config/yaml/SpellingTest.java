package io.hikyaku.config.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {

    private static final List<String> KNOWN = List.of("mesh", "links", "exports", "imports", "eventLoops", "log");

    @ParameterizedTest
    @CsvSource({
        "import, imports",
        "export, exports",
        "event-loops, eventLoops",
        "EVENTLOOPS, eventLoops",
        "lnks, links",
        "evntLops, eventLoops",
        "logs, log",
        "loggingOfEverything,",
        "x,",
        "'',"
    })
    void findsTheKeyThatWasMeant(String written, String meant) {
        assertEquals(Optional.ofNullable(meant), Spelling.nearest(written, KNOWN));
    }
}
