package io.hikyaku.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.status.NodeStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusTextTest {
    private static final String NODE = "0123456789abcdef0123456789abcdef";

    private static final List<NodeStatus.CallsFrom> CALLED =
            List.of(new NodeStatus.CallsFrom("osaka", "web", 12), new NodeStatus.CallsFrom("edge", null, 3));
    private static final NodeStatus.Lifecycle LIFECYCLE = new NodeStatus.Lifecycle(
            true,
            new NodeStatus.Reload(
                    "refused", "2026-11-23T10:00:00Z", List.of("line 3: links: a change needs a restart")),
            new NodeStatus.Reload("applied", "2026-11-23T09:00:00Z", List.of()),
            "2026-11-24T10:00:00Z");

    @Test
    void aRelayShowsItsLinksAndTheNodesItReaches() {
        // Given
        NodeStatus status = new NodeStatus(
                "relay",
                "1.2.3",
                "demo",
                "spiffe://demo/relay/relay-1",
                NODE,
                3_725,
                true,
                List.of("tls://0.0.0.0:7443"),
                List.of(new NodeStatus.Member(
                        NODE, "spiffe://demo/cluster/osaka", true, "via tls://10.0.0.1:4711", null)),
                List.of(
                        new NodeStatus.Link(
                                "tls://10.0.0.1:4711",
                                false,
                                true,
                                NODE,
                                "spiffe://demo/cluster/osaka",
                                1_234L,
                                2_048,
                                null),
                        new NodeStatus.Link("tls://peer:7443", true, false, null, null, null, 0, "Connection refused")),
                List.of(),
                List.of(),
                List.of(),
                NodeStatus.Streams.NONE,
                null,
                List.of(),
                null,
                List.of());

        // When
        String text = StatusText.of(status);

        // Then
        assertEquals("""
                relay relay/relay-1 of mesh demo, node 01234567, version 1.2.3, up 1h 2m, ready
                listening at tls://0.0.0.0:7443

                LINK                 STATE     NEIGHBOUR      NODE      ROUND TRIP  QUEUED   LAST ERROR
                tls://10.0.0.1:4711  up        cluster/osaka  01234567  1.23 ms     2.0 KiB  -
                tls://peer:7443      dialling  -              -         -           0 B      Connection refused

                MEMBER         NODE      REACHABLE  PATH                     DOCUMENT
                cluster/osaka  01234567  yes        via tls://10.0.0.1:4711  -
                """, text);
    }

    @Test
    void aBridgeShowsServicesImportsChannelsAndStreamsToo() {
        // Given
        NodeStatus status = new NodeStatus(
                "bridge",
                "1.2.3",
                "demo",
                "spiffe://demo/cluster/tokyo",
                NODE,
                59,
                false,
                List.of(),
                List.of(),
                List.of(),
                List.of(new NodeStatus.Service(
                        "shop/orders",
                        80,
                        "http",
                        List.of(
                                new NodeStatus.Exporter("osaka", NODE, true, 3),
                                new NodeStatus.Exporter("edge", NODE, false, 0)))),
                List.of(new NodeStatus.Import("shop/orders", 80, "127.0.0.1:19000", null, 2)),
                List.of(new NodeStatus.Channel(NODE, "osaka", 1, "via relay-1", 4, 2_000L, 1, 65_536)),
                new NodeStatus.Streams(4, 10, 1),
                LIFECYCLE,
                List.of(
                        new NodeStatus.Calls("shop/orders:80", "import", 3, 1_234.56, 0.0123, 1_200, 34_567, List.of()),
                        new NodeStatus.Calls("shop/stock:80", "export", 0, 0, 0, 0, 0, CALLED)),
                new NodeStatus.Kubernetes(true, true, 2, 3, 0, 1, 17),
                List.of("shop/orders: both sources have it"));

        // When
        String text = StatusText.of(status);

        // Then
        assertEquals("""
                bridge cluster/tokyo of mesh demo, node 01234567, version 1.2.3, up 59s, draining
                changed configuration refused at 2026-11-23T10:00:00Z
                  line 3: links: a change needs a restart
                changed certificate applied at 2026-11-23T09:00:00Z
                kubernetes: watching, leader, 2 exports, 3 imports, 0 waiting, 1 failing, 17 writes
                left out: shop/orders: both sources have it

                CLUSTER  NODES  REACHABLE  SERVICES  CALLS NOW  ROUND TRIP
                edge     1      0          1         0          -
                osaka    1      1          1         3          2.00 ms

                SERVICE      PORT  PROTOCOL  EXPORTED BY
                shop/orders  80    http      osaka (01234567), edge (01234567, unhealthy)

                IMPORT       PORT  PROTOCOL     LISTENING AT     CONNECTIONS
                shop/orders  80    unknown yet  127.0.0.1:19000  2

                CHANNEL TO  NODE      EVENT LOOP  PATH         STREAMS  STALLED  HELD      ROUND TRIP
                osaka       01234567  1           via relay-1  4        1        64.0 KiB  2.00 ms

                CALLS           SIDE    NOW  PER SECOND  FAILED  P50      P99
                shop/orders:80  import  3    1234.6      1.23 %  1.20 ms  34.57 ms
                shop/stock:80   export  0    0.0         -       -        -

                CALLED         BY CLUSTER  NAMESPACE  CALLS
                shop/stock:80  osaka       web        12
                shop/stock:80  edge        -          3

                streams: 4 open, 10 opened, 1 reset
                """, text);
    }

    @Test
    void textsOfPeersCannotSteerTheTerminal() {
        // Given
        TextTable table = new TextTable("A");

        // When
        table.row("x\u001b[2J\ny\u202e");

        // Then
        assertEquals("A\nx?[2J?y?\n", table.toString());
    }
}
