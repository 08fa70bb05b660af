package io.hikyaku.kubernetes.imports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.value.ServiceName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DerivedNameTest {
    /// As the reference implementation makes them.
    @ParameterizedTest
    @CsvSource({"my-ns/my-svc, derived-a2v4k9sqn6", "test/myservice, derived-ugeabue9o3"})
    void isTheReferencesName(String service, String derived) {
        assertEquals(derived, DerivedName.of(ServiceName.parse(service)));
        assertTrue(DerivedName.isDerived(derived));
    }

    @Test
    void eachPodHasOneOfItsOwn() {
        ServiceName service = ServiceName.parse("shop/db");
        assertNotEquals(DerivedName.ofPod(service, "a", "db-0"), DerivedName.ofPod(service, "b", "db-0"));
        assertTrue(DerivedName.isDerived(DerivedName.ofPod(service, "a", "db-0")));
    }

    @Test
    void namesOfUsersAreNotTakenForDerivedOnes() {
        assertFalse(DerivedName.isDerived("derived-data"));
        assertFalse(DerivedName.isDerived("web"));
    }
}
