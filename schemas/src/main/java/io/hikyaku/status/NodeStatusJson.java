package io.hikyaku.status;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// [NodeStatus] as JSON.
public final class NodeStatusJson {
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private NodeStatusJson() {}

    public static byte[] write(NodeStatus status) {
        return JSON.writeValueAsBytes(status);
    }

    /// Lines for people who asked for JSON.
    public static String pretty(NodeStatus status) {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(status);
    }

    /// @throws IllegalArgumentException if it is not a status
    public static NodeStatus read(byte[] json) {
        try {
            return JSON.readValue(json, NodeStatus.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not a status of a node: " + e.getOriginalMessage(), e);
        }
    }
}
