package io.hikyaku.wire.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.Version;
import org.junit.jupiter.api.Test;

class FieldsTest {
    private static final Fields THREE = Fields.of("A", "1", "B", "2", "a", "3");

    @Test
    void whatIsChangedIsACopy() {
        // Given
        Fields.Builder copy = THREE.toBuilder();

        // When
        copy.set("b", "4").add("C", "5").rename("a", "x").removeIf("C"::contentEquals);

        // Then
        assertEquals(Fields.of("x", "1", "B", "4", "x", "3"), copy.build());
        assertEquals(Fields.of("A", "1", "B", "2", "a", "3"), THREE);
    }

    @Test
    void whatWasMadeStaysWhateverComesAfter() {
        // Given
        Fields.Builder more = new Fields.Builder();
        Fields one = more.add("A", "1").build();

        // When
        Fields two = more.set("A", "2").add("B", "3").build();

        // Then
        assertEquals(Fields.of("A", "1"), one);
        assertEquals(Fields.of("A", "2", "B", "3"), two);
    }

    @Test
    void theFirstOfANameIsReplacedInItsPlace() {
        assertEquals(Fields.of("A", "9", "B", "2", "a", "3"), THREE.with("a", "9"));
        assertEquals(Fields.of("A", "1", "B", "2", "a", "3", "C", "9"), THREE.with("C", "9"));
    }

    @Test
    void thoseOfOneNameAreTakenOutAndTheOthersKeepTheirOrder() {
        // When
        Fields left = THREE.without("A"::contentEquals);

        // Then
        assertEquals(Fields.of("B", "2", "a", "3"), left);
        assertNull(Fields.NONE.get("a"));
    }

    @Test
    void growsToTheLargestSection() {
        // Given
        Fields.Builder many = new Fields.Builder(0);

        // When
        for (int i = 0; i < Fields.MAX_COUNT; i++) {
            many.add("n" + i, "v" + i);
        }

        // Then
        assertEquals("v" + (Fields.MAX_COUNT - 1), many.build().get("N" + (Fields.MAX_COUNT - 1)));
    }

    @Test
    void aNameNeedsAValue() {
        assertThrows(IllegalArgumentException.class, () -> Fields.of("A"));
    }

    @Test
    void aHeadWithOtherFieldsIsAnother() {
        // Given
        RequestHead head = new RequestHead(Version.HTTP_1_1, "GET", "http", "o", "/", THREE);

        // When
        RequestHead other = head.withFields(Fields.NONE);

        // Then
        assertEquals(THREE, head.fields());
        assertEquals(new RequestHead(Version.HTTP_1_1, "GET", "http", "o", "/", Fields.NONE), other);
    }
}
