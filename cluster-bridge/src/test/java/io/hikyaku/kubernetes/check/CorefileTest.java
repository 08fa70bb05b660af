package io.hikyaku.kubernetes.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.kubernetes.check.Corefile.Trouble;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Corefiles in the forms in which installers write them.
class CorefileTest {
    private static final String KUBEADM = """
            .:53 {
                errors
                health {
                   lameduck 5s
                }
                ready
                kubernetes cluster.local in-addr.arpa ip6.arpa {
                   pods insecure
                   fallthrough in-addr.arpa ip6.arpa
                   ttl 30
                }
                prometheus :9153
                forward . /etc/resolv.conf {
                   max_concurrent 1000
                }
                cache 30
                loop
                reload
                loadbalance
            }
            """;
    private static final String K3S = """
            .:53 {
                errors
                health
                ready
                kubernetes cluster.local in-addr.arpa ip6.arpa {
                  pods insecure
                  fallthrough in-addr.arpa ip6.arpa
                }
                hosts /etc/coredns/NodeHosts {
                  ttl 60
                  reload 15s
                  fallthrough
                }
                import /etc/coredns/custom/*.override
            }
            import /etc/coredns/custom/*.server
            """;
    /// Zones of their own for the cluster, and no braces.
    private static final String ZONED = """
            # ours
            cluster.local:53 in-addr.arpa:53 {
                kubernetes
            }
            .:53 {
                forward . 192.0.2.1 # upstream {
            }
            """;
    private static final String STUBBED = """
            .:53 {
                kubernetes cluster.local {
                    ignore empty_service
                    multicluster example.org
                }
            }
            clusterset.local:53 {
                forward . 10.96.0.99
            }
            """;

    static Stream<String> installed() {
        return Stream.of(KUBEADM, K3S, ZONED);
    }

    @ParameterizedTest
    @MethodSource("installed")
    void whatInstallersWriteLacksTheZoneAndIsMended(String text) {
        // When
        Corefile corrected = Corefile.of(Corefile.of(text).corrected());

        // Then
        assertEquals(true, Corefile.of(text).troubles().contains(Trouble.NOT_MULTICLUSTER));
        assertEquals(Set.of(), corrected.troubles());
        assertEquals(corrected.toString(), corrected.corrected());
    }

    @Test
    void onlyTheLinesOfThePluginChange() {
        // When
        List<String> corrected = Corefile.of(KUBEADM).corrected().lines().toList();

        // Then
        List<String> before = KUBEADM.lines().toList();
        assertEquals("    kubernetes cluster.local clusterset.local in-addr.arpa ip6.arpa {", corrected.get(6));
        assertEquals("       multicluster clusterset.local", corrected.get(7));
        assertEquals(before.subList(7, before.size()), corrected.subList(8, corrected.size()));
    }

    @Test
    void aBlockOfItsOwnZonesGetsTheZoneToo() {
        // When
        String corrected = Corefile.of(ZONED).corrected();

        // Then
        assertEquals(
                Set.of(Trouble.NOT_IN_BLOCK, Trouble.NOT_A_ZONE, Trouble.NOT_MULTICLUSTER),
                Corefile.of(ZONED).troubles());
        assertEquals("""
                # ours
                cluster.local:53 in-addr.arpa:53 clusterset.local:53 {
                    kubernetes {
                      multicluster clusterset.local
                    }
                }
                .:53 {
                    forward . 192.0.2.1 # upstream {
                }
                """, corrected);
    }

    @Test
    void whereTheZoneIsInOnePlaceOnlyTheOtherIsFound() {
        // Given
        String zoneOnly = KUBEADM.replace("kubernetes cluster.local", "kubernetes cluster.local clusterset.local");
        String optionOnly = KUBEADM.replace("ttl 30", "multicluster clusterset.local");

        // When
        Set<Trouble> withoutOption = Corefile.of(zoneOnly).troubles();
        Set<Trouble> withoutZone = Corefile.of(optionOnly).troubles();

        // Then
        assertEquals(Set.of(Trouble.NOT_MULTICLUSTER), withoutOption);
        assertEquals(Set.of(Trouble.NOT_A_ZONE), withoutZone);
    }

    @Test
    void anotherBlockForTheZoneIsForSomebodyToDecideAbout() {
        // When
        String corrected = Corefile.of(STUBBED).corrected();

        // Then
        assertEquals(
                Set.of(Trouble.ELSEWHERE, Trouble.NOT_A_ZONE, Trouble.NOT_MULTICLUSTER, Trouble.EMPTY_IGNORED),
                Corefile.of(STUBBED).troubles());
        assertEquals(Set.of(Trouble.ELSEWHERE), Corefile.of(corrected).troubles());
        assertEquals(
                "        multicluster example.org clusterset.local",
                corrected.lines().toList().get(2));
    }

    @Test
    void withoutThePluginThereIsNothingToMend() {
        // Given
        String text = ".:53 {\n    forward . 192.0.2.1\n}\n";

        // When
        Corefile corefile = Corefile.of(text);

        // Then
        assertEquals(Set.of(Trouble.NO_PLUGIN), corefile.troubles());
        assertEquals(text, corefile.corrected());
    }

    @Test
    void aPluginForAllNamesIsGivenZones() {
        // When
        String corrected = Corefile.of(".:53 {\n  kubernetes\n}\n").corrected();

        // Then
        assertEquals(
                ".:53 {\n  kubernetes cluster.local clusterset.local in-addr.arpa ip6.arpa {\n"
                        + "    multicluster clusterset.local\n  }\n}\n",
                corrected);
    }

    @Test
    void whatIsNoCorefileAtAllBreaksNothing() {
        // When
        Set<Trouble> troubles = Corefile.of("}}{\n{ {\n\n}").troubles();

        // Then
        assertEquals(Set.of(Trouble.NO_PLUGIN), troubles);
    }
}
