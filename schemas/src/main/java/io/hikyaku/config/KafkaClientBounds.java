package io.hikyaku.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Properties of Kafka's clients with which no packet could be sent, or that no client would start with. Everything
/// else is left to their author.
final class KafkaClientBounds {
    /// The largest document with what surrounds it; packets are smaller.
    private static final long LEAST_REQUEST = 1 << 20;

    private static final long LEAST_BUFFER = 1 << 20;
    /// Batches that the buffer has room for, one being filled for each partition.
    private static final long LEAST_BATCHES = 4;

    // What is set unless somebody writes otherwise (docs/decisions/025-kafka-transport-settings.md).
    private static final long BUFFER = 16 << 20;
    private static final long BATCH = 131_072;
    private static final long REQUEST = 1 << 20;
    private static final long DELIVERY_MILLIS = 10_000;
    private static final long REQUEST_MILLIS = 5_000;

    private final Map<String, String> properties;
    private final List<String> troubles = new ArrayList<>();

    private KafkaClientBounds(Map<String, String> properties) {
        this.properties = properties;
    }

    /// What is wrong with the properties, each in a sentence that repeats no value but a number.
    static List<String> troubles(Map<String, String> properties) {
        return new KafkaClientBounds(properties).look();
    }

    private List<String> look() {
        long buffer = number("buffer.memory", BUFFER);
        long batch = number("batch.size", BATCH);
        long delivery = number("delivery.timeout.ms", DELIVERY_MILLIS);
        long wait = number("request.timeout.ms", REQUEST_MILLIS) + number("linger.ms", 0);
        require(buffer >= LEAST_BUFFER, "buffer.memory is " + buffer + ", and must be " + LEAST_BUFFER + " at least");
        require(
                buffer >= LEAST_BATCHES * batch,
                "buffer.memory (" + buffer + ") must be " + LEAST_BATCHES + " times batch.size (" + batch
                        + ") at least");
        require(
                number("max.request.size", REQUEST) >= LEAST_REQUEST,
                "max.request.size must be " + LEAST_REQUEST + " at least, for documents");
        require(
                delivery >= wait,
                "delivery.timeout.ms (" + delivery + ") must not be below request.timeout.ms and linger.ms together ("
                        + wait + ")");
        return troubles;
    }

    private void require(boolean holds, String trouble) {
        if (!holds) {
            troubles.add(trouble);
        }
    }

    private long number(String key, long otherwise) {
        String value = properties.get(key);
        if (value == null) {
            return otherwise;
        }
        try {
            return Long.parseLong(value.strip());
        } catch (NumberFormatException notANumber) {
            troubles.add(key + " must be a number");
            return otherwise;
        }
    }
}
