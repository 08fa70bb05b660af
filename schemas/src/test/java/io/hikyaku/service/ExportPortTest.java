package io.hikyaku.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ExportPortTest {
    private static final Optional<TargetTls> TLS = Optional.of(
            new TargetTls(Optional.empty(), Optional.of("service.example"), Optional.empty(), Optional.empty()));
    private static final ExportPort PORT = new ExportPort("main", 80, Protocol.HTTP, targets("10.0.0.1:80"));

    private static List<Target> targets(String... targets) {
        return Stream.of(targets).map(Target::parse).toList();
    }

    private static ExportPort withTls(String... targets) {
        return new ExportPort("main", 80, Protocol.HTTP, targets(targets), TLS, TargetHost.KEEP);
    }

    @Test
    void thoseThatDifferInTargetsAloneAreEqualButForThem() {
        assertTrue(PORT.equalsButForTarget(PORT));
        assertTrue(PORT.equalsButForTarget(new ExportPort("main", 80, Protocol.HTTP, targets("10.0.0.2:80"))));
        assertTrue(PORT.equalsButForTarget(new ExportPort("main", 80, Protocol.HTTP, List.of())));
    }

    @Test
    void thoseThatDifferInAnythingElseAreNot() {
        List<Target> same = PORT.target();
        Optional<TargetTls> none = Optional.empty();
        TargetHost keep = TargetHost.KEEP;
        Stream.of(
                        new ExportPort("other", 80, Protocol.HTTP, same),
                        new ExportPort("main", 81, Protocol.HTTP, same),
                        new ExportPort("main", 80, Protocol.TCP, same),
                        withTls("https://10.0.0.1:80"),
                        new ExportPort("main", 80, Protocol.HTTP, same, none, new TargetHost("a")),
                        new ExportPort("main", 80, Protocol.HTTP, same, none, keep, false),
                        new ExportPort("main", 80, Protocol.HTTP, same, none, keep, true, Optional.of("http")))
                .forEach(other -> assertFalse(PORT.equalsButForTarget(other), other::toString));
    }

    /// Its targets may all be unready.
    @Test
    void aPortWithoutATargetMaySayHowTlsIsSpokenToThem() {
        assertEquals(TLS, withTls().tls());
        assertTrue(withTls("https://10.0.0.1:443").equalsButForTarget(withTls()));
        assertThrows(IllegalArgumentException.class, () -> withTls("10.0.0.1:80"));
    }
}
