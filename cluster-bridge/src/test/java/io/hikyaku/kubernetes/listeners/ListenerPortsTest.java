package io.hikyaku.kubernetes.listeners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.kubernetes.PortRange;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.service.Import.Pod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenerPortsTest {
    private static final ServiceName WEB = ServiceName.parse("shop/web");
    private static final ServiceName DB = ServiceName.parse("shop/db");
    private static final ListenerKey KEY = ListenerKey.of(80);
    private static final ListenerKey POD = new ListenerKey(Optional.of(new Pod("osaka", "web-0")), 80);

    private final ListenerPorts ports = new ListenerPorts(new PortRange(20_000, 20_002));

    @Test
    void aKeyKeepsItsPortAndANewLeaderFindsTheSame() {
        // Given
        int first = ports.allocate(WEB, List.of(KEY)).get(KEY);

        // When, Then
        assertEquals(first, ports.allocate(WEB, List.of(KEY, POD)).get(KEY));
        assertEquals(
                first,
                new ListenerPorts(new PortRange(20_000, 20_002))
                        .allocate(WEB, List.of(KEY))
                        .get(KEY));
    }

    @Test
    void whenAllAreTakenTheRestHasNone() {
        // Given
        List<ListenerKey> three = List.of(ListenerKey.of(1), ListenerKey.of(2), ListenerKey.of(3));
        assertEquals(3, ports.allocate(WEB, three).size());

        // When, Then
        assertTrue(ports.allocate(DB, List.of(KEY)).isEmpty());
        ports.allocate(WEB, List.of(ListenerKey.of(2), ListenerKey.of(3)));
        assertEquals(1, ports.allocate(DB, List.of(KEY)).size());
        ports.release(WEB);
        assertEquals(3, ports.allocate(DB, three).size());
    }

    @Test
    void whatAnotherServiceHasOrIsOutOfRangeIsNotLearnt() {
        // When
        ports.learn(WEB, Map.of(KEY, 20_001));
        ports.learn(DB, Map.of(KEY, 20_001, POD, 30_000));

        // Then
        assertEquals(20_001, ports.allocate(WEB, List.of(KEY)).get(KEY));
        SortedMap<ListenerKey, Integer> anew = ports.allocate(DB, List.of(KEY, POD));
        assertNotEquals(20_001, anew.get(KEY));
        assertEquals(2, anew.size());
    }

    @Test
    void whatIsWrittenIsRead() {
        SortedMap<ListenerKey, Integer> listeners = new TreeMap<>(
                Map.of(KEY, 20_001, POD, 20_002, new ListenerKey(Optional.of(new Pod("osaka", "")), 7), 20_003));
        assertEquals(listeners, ListenerPorts.parse(ListenerPorts.text(listeners)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "x",
                "80",
                "80=",
                "=1",
                "80=x",
                "80=0",
                "80=70000",
                "0=1",
                "70000=1",
                "a:80=1",
                "/b:80=1"
            })
    void garbageIsLeftOut(String text) {
        assertEquals(Map.of(), ListenerPorts.parse(text));
        assertEquals(Map.of(KEY, 20_001), ListenerPorts.parse(text + ",80=20001"));
    }

    @Test
    void keysAreToldApart() {
        assertEquals("80", KEY.toString());
        assertEquals("osaka/web-0:80", POD.toString());
        assertEquals(POD, ListenerKey.parse("osaka/web-0:80"));
        assertThrows(IllegalArgumentException.class, () -> ListenerKey.parse("osaka:80"));
    }
}
