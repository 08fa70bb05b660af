package io.hikyaku.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiCallTest {
    @ParameterizedTest
    @CsvSource({
        "GET /api/v1/services?limit=5, list, services",
        "GET /api/v1/namespaces/a/services?watch=true, watch, services",
        "GET /api/v1/namespaces, list, namespaces",
        "GET /api/v1/namespaces/a, get, namespaces",
        "PATCH /apis/g.io/v1/namespaces/a/things/one?fieldManager=x, patch, things.g.io",
        "PATCH /apis/g.io/v1/namespaces/a/things/one/status, patch, things.g.io/status",
        "DELETE /apis/g.io/v1/namespaces/a/things, deletecollection, things.g.io",
        "POST /apis/g.io/v1/things, create, things.g.io",
        "GET /apis/g.io, get, /apis/g.io",
        "GET /version, get, /version"
    })
    void namesWhatIsAsked(String line, String verb, String resource) {
        assertEquals(new ApiCall(verb, resource), ApiCall.of(line + " HTTP/1.1"));
    }
}
