package io.hikyaku.call.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.observe.Observation.Side;
import io.hikyaku.call.observe.meter.CallBooks;
import io.hikyaku.call.observe.meter.CallObservers;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.Version;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorrelationTest {
    private static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final String ID = "X-Request-Id: abc";

    private static Observation call(@Nullable Spans spans) {
        CallBooks books = new CallBooks(new SimpleMeterRegistry(), new CallObservers(null, spans));
        return books.calls(Side.IMPORT, "shop/orders:80").begin();
    }

    private static RequestHead request(String... fields) {
        Fields.Builder made = new Fields.Builder();
        for (String field : fields) {
            String[] parts = field.split(": ", 2);
            made.add(parts[0], parts[1]);
        }
        return new RequestHead(Version.HTTP_1_1, "GET", "http", "o", "/", made.build());
    }

    private static List<String> fields(RequestHead request) {
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < request.fields().size(); i++) {
            fields.add(request.fields().name(i) + ": " + request.fields().value(i));
        }
        return fields;
    }

    private static List<String> after(String... fields) {
        return fields(call(null).onCallerRequest(request(fields)));
    }

    @Test
    void aRequestThatIsInOrderIsPassedOnAsItIs() {
        // Given
        RequestHead request = request(
                "Accept: */*",
                "x-request-ID: a-B_9.!#$%&'*+^`|~",
                "Traceparent: " + TRACEPARENT,
                "tracestate: a=1",
                "baggage: k=v");
        Observation call = call(null);

        // When
        RequestHead passed = call.onCallerRequest(request);

        // Then
        assertSame(request, passed);
        assertEquals("a-B_9.!#$%&'*+^`|~", call.requestId().toString());
        assertEquals(5, passed.fields().size());
    }

    @Test
    void aRequestWithoutAnIdGetsOneOfItsOwn() {
        // When
        List<String> one = after("Accept: */*");
        List<String> other = after("Accept: */*");

        // Then
        assertTrue(one.getLast().matches("X-Request-Id: [0-9a-f]{32}"), one.toString());
        assertNotEquals(one, other);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\u00e9", "a\"b", "${jndi:ldap://x}", "a,b", "\u001b[31m", "a\u0000"})
    void anIdThatIsNoTokenIsReplaced(String id) {
        // When
        List<String> passed = after("X-Request-Id: " + id);

        // Then
        assertEquals(1, passed.size());
        assertTrue(passed.getFirst().matches("X-Request-Id: [0-9a-f]{32}"), passed.toString());
    }

    @Test
    void anIdIsKeptUpTo128Characters() {
        assertEquals(
                "X-Request-Id: " + "x".repeat(128),
                after("X-Request-Id: " + "x".repeat(128)).getFirst());
        assertNotEquals(
                "X-Request-Id: " + "x".repeat(129),
                after("X-Request-Id: " + "x".repeat(129)).getFirst());
    }

    @Test
    void twoIdsAreNone() {
        // When
        List<String> passed = after("X-Request-Id: a", "X-Request-Id: b");

        // Then
        assertEquals(1, passed.size());
        assertTrue(passed.getFirst().matches("X-Request-Id: [0-9a-f]{32}"), passed.toString());
    }

    @Test
    void aTraceThatIsNotValidIsDroppedWithItsState() {
        assertEquals(List.of(ID, "Accept: */*"), after(ID, "traceparent: x", "Accept: */*", "tracestate: a=1"));
        assertEquals(List.of(ID), after(ID, "traceparent: " + TRACEPARENT, "traceparent: " + TRACEPARENT));
        assertEquals(List.of(ID), after(ID, "tracestate: a=1"));
    }

    @Test
    void aStateInSeveralFieldsIsOne() {
        assertEquals(
                List.of(ID, "traceparent: " + TRACEPARENT, "tracestate: a=1", "tracestate: b=2"),
                after(ID, "traceparent: " + TRACEPARENT, "tracestate: a=1", "tracestate: b=2"));
        assertEquals(
                List.of(ID, "traceparent: " + TRACEPARENT),
                after(ID, "traceparent: " + TRACEPARENT, "tracestate: a=1", "tracestate: a=2"));
    }

    @Test
    void tooMuchBaggageIsDropped() {
        String most = "baggage: k=" + "v".repeat(8190);
        assertEquals(List.of(ID, most), after(ID, most));
        assertEquals(List.of(ID), after(ID, most + "v"));
    }

    @Test
    void withTracingTheTraceGoesOnFromOurSpan() {
        // Given
        List<TraceContext> parents = new ArrayList<>();
        Observation call = call(spans(parents));

        // When
        RequestHead passed = call.onCallerRequest(request(ID, "traceparent: " + TRACEPARENT, "tracestate: a=1"));

        // Then
        assertEquals(new TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", 1), parents.getFirst());
        assertEquals(
                List.of(ID, "tracestate: a=1", "traceparent: 00-" + "1".repeat(32) + "-" + "2".repeat(16) + "-01"),
                fields(passed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/grpc", "application/grpc+proto", "Application/GRPC; charset=x"})
    void grpcIsKnownByItsContentType(String type) {
        Observation call = call(null);
        call.onCallerRequest(request("content-type: " + type));
        assertEquals("grpc", call.protocol());
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/grpc-web", "application/grpcx", "application/json"})
    void andNothingElseIsGrpc(String type) {
        Observation call = call(null);
        call.onCallerRequest(request("content-type: " + type));
        assertEquals("http/1.1", call.protocol());
    }

    private static Spans spans(List<TraceContext> parents) {
        return new Spans() {
            @Override
            public CallSpan begin(Side side, String service, @Nullable TraceContext parent) {
                parents.add(parent);
                return new FixedSpan();
            }

            @Override
            public void close() {}
        };
    }

    private record FixedSpan() implements CallSpan {
        @Override
        public String traceId() {
            return "1".repeat(32);
        }

        @Override
        public String spanId() {
            return "2".repeat(16);
        }

        @Override
        public boolean isSampled() {
            return true;
        }

        @Override
        public void end(Observation call) {}
    }
}
