package io.hikyaku.mesh;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/// A collector of spans: takes OTLP over HTTP, protobuf, and keeps what tests ask for.
final class Collector implements AutoCloseable {
    private static final byte[] NOTHING = {};

    private final HttpServer server;
    private final List<Span> spans = new CopyOnWriteArrayList<>();

    /// @param kind 2: server, 3: client
    /// @param cluster of the bridge that made it
    /// @param attributes numbers as text too
    record Span(
            String cluster,
            String traceId,
            String spanId,
            String parentId,
            String name,
            long kind,
            Map<String, String> attributes) {}

    private Collector(HttpServer server) {
        this.server = server;
        server.createContext("/v1/traces", this::take);
        server.start();
    }

    static Collector start() throws IOException {
        return new Collector(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<Span> spansOf(String traceId) {
        return spans.stream().filter(span -> span.traceId.equals(traceId)).toList();
    }

    List<Span> spans() {
        return List.copyOf(spans);
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            read(ByteBuffer.wrap(exchange.getRequestBody().readAllBytes()));
            exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
        }
    }

    /// ExportTraceServiceRequest: 1 resource_spans {1 resource {1 attributes}, 2 scope_spans {2 spans}}.
    private void read(ByteBuffer request) {
        each(request, (tag, resourceSpans) -> {
            Map<String, String> resource = new TreeMap<>();
            List<ByteBuffer> found = new ArrayList<>();
            each((ByteBuffer) resourceSpans, (inner, value) -> {
                if (inner == 1) {
                    each((ByteBuffer) value, (key, attribute) -> attribute(key == 1, attribute, resource));
                } else if (inner == 2) {
                    each((ByteBuffer) value, (key, span) -> {
                        if (key == 2) {
                            found.add((ByteBuffer) span);
                        }
                    });
                }
            });
            found.forEach(span -> spans.add(span(span, resource)));
        });
    }

    private static Span span(ByteBuffer bytes, Map<String, String> resource) {
        Map<Integer, Object> fields = new TreeMap<>();
        Map<String, String> attributes = new TreeMap<>();
        each(bytes, (tag, value) -> {
            fields.put(tag, value);
            attribute(tag == 9, value, attributes);
        });
        return new Span(
                resource.getOrDefault("hikyaku.cluster", ""),
                hex(fields.get(1)),
                hex(fields.get(2)),
                hex(fields.get(4)),
                text(fields.get(5)),
                (Long) fields.get(6),
                attributes);
    }

    /// KeyValue: 1 key, 2 value {1 string, 3 integer}.
    private static void attribute(boolean isOne, Object keyValue, Map<String, String> into) {
        if (isOne) {
            String[] pair = {"", ""};
            each((ByteBuffer) keyValue, (tag, value) -> {
                if (tag == 1) {
                    pair[0] = text(value);
                } else {
                    each(
                            (ByteBuffer) value,
                            (kind, inner) ->
                                    pair[1] = inner instanceof ByteBuffer bytes ? text(bytes) : String.valueOf(inner));
                }
            });
            into.put(pair[0], pair[1]);
        }
    }

    /// The fields of a protobuf message: numbers as Long, the rest as ByteBuffer.
    private static void each(ByteBuffer message, BiConsumer<Integer, Object> field) {
        ByteBuffer in = message.duplicate().order(java.nio.ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            long key = varint(in);
            int tag = (int) (key >>> 3);
            switch ((int) (key & 7)) {
                case 0 -> field.accept(tag, varint(in));
                case 1 -> field.accept(tag, in.getLong());
                case 5 -> field.accept(tag, (long) in.getInt());
                case 2 -> {
                    int length = (int) varint(in);
                    field.accept(tag, in.slice(in.position(), length));
                    in.position(in.position() + length);
                }
                default -> throw new IllegalArgumentException("wire type of " + key);
            }
        }
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (next & 127L) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static byte[] bytes(Object value) {
        if (!(value instanceof ByteBuffer buffer)) {
            return NOTHING;
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static String hex(Object value) {
        return HexFormat.of().formatHex(bytes(value));
    }

    private static String text(Object value) {
        return new String(bytes(value), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
