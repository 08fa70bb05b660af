package io.hikyaku.call.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "b7ad6b7169203331";

    @Test
    void readsWhatTheStandardShows() {
        assertEquals(new TraceContext(TRACE, PARENT, 1), TraceContext.parse("00-" + TRACE + "-" + PARENT + "-01"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cc-" + TRACE + "-" + PARENT + "-01", "cc-" + TRACE + "-" + PARENT + "-ff-what-comes"})
    void readsWhatItKnowsOfALaterVersion(String field) {
        assertNotNull(TraceContext.parse(field));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "garbage",
                "00-" + TRACE + "-" + PARENT,
                "00-" + TRACE + "-" + PARENT + "-",
                "00-" + TRACE + "-" + PARENT + "-1",
                "00-" + TRACE + "-" + PARENT + "-011",
                "00-" + TRACE + "-" + PARENT + "-01-what-comes",
                "00-" + TRACE + "-" + PARENT + "-0x",
                "00-" + TRACE + "-" + PARENT + "-0A",
                "ff-" + TRACE + "-" + PARENT + "-01",
                "0-" + TRACE + "-" + PARENT + "-01-",
                "cc-" + TRACE + "-" + PARENT + "-01x",
                "00-0AF7651916CD43DD8448EB211C80319C-" + PARENT + "-01",
                "00-" + TRACE + "-B7AD6B7169203331-01",
                "00-00000000000000000000000000000000-" + PARENT + "-01",
                "00-" + TRACE + "-0000000000000000-01",
                "00_" + TRACE + "_" + PARENT + "_01",
                " 00-" + TRACE + "-" + PARENT + "-01",
                "00-" + TRACE + "-" + PARENT + "-01 ",
                "00-" + TRACE + "-" + PARENT + "-01,00-" + TRACE + "-" + PARENT + "-01",
                "00-\u0660af7651916cd43dd8448eb211c80319c-" + PARENT + "-01",
            })
    void refusesAnythingElse(String field) {
        assertFalse(TraceContext.isValid(field));
        assertNull(TraceContext.parse(field));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"congo=t61rcWkgMzE", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "1a-b*c/d_e@x-y=z z", "a=1, ,b=2"
            })
    void aStateThatIsInOrderIsPassedOnAsItIs(String state) {
        assertEquals(state, TraceState.checked(state));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "=1", "a=", "A=1", "a=1=2", "a=\u00e9", "a=1,a=2", "a b=1", "@a=1", "a=\u0001"})
    void aStateThatIsNotInOrderIsDropped(String state) {
        assertNull(TraceState.checked(state));
    }

    @Test
    void aStateOfMoreThan32MembersIsDropped() {
        assertNotNull(TraceState.checked(members(32)));
        assertNull(TraceState.checked(members(33)));
    }

    @Test
    void aStateAbove512CharactersLosesItsLongMembersFirstAndThenItsLast() {
        // Given
        String giant = "giant=" + "x".repeat(200);
        String rest = IntStream.range(0, 12)
                .mapToObj(i -> "k" + i + "=" + "y".repeat(40))
                .collect(Collectors.joining(","));
        String state = giant + "," + rest;

        // When
        String kept = TraceState.checked(state);

        // Then
        assertTrue(kept.length() <= TraceState.MAX_CHARACTERS, () -> kept.length() + " characters");
        assertTrue(rest.startsWith(kept), kept);
        assertTrue(kept.contains("k10="), kept);
        assertFalse(kept.contains("k11="), kept);
    }

    @Test
    void aStateOfTenThousandCharactersIsHeldToItsBound() {
        assertNull(TraceState.checked("a=" + "x".repeat(10_000)));
    }

    private static String members(int count) {
        return IntStream.range(0, count).mapToObj(i -> "k" + i + "=v").collect(Collectors.joining(","));
    }
}
