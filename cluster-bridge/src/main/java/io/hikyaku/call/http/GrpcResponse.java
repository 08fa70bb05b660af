package io.hikyaku.call.http;

import io.hikyaku.call.Problem;
import io.hikyaku.wire.call.GrpcType;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;

/// How a bridge tells gRPC callers of its own problems: by a status in trailers, never by an HTTP status (the mapping
/// of HTTP statuses to gRPC's is for clients; servers must not use it).
public final class GrpcResponse {
    /// Name of the field that holds the status.
    public static final AsciiString STATUS = AsciiString.cached("grpc-status");

    private static final AsciiString MESSAGE = AsciiString.cached("grpc-message");
    private static final AsciiString APPLICATION_GRPC = AsciiString.cached("application/grpc");
    private static final AsciiString PROXY_STATUS = AsciiString.cached("proxy-status");

    private static final int CANCELLED = 1;
    private static final int DEADLINE_EXCEEDED = 4;
    private static final int PERMISSION_DENIED = 7;
    private static final int RESOURCE_EXHAUSTED = 8;
    private static final int INTERNAL = 13;
    private static final int UNAVAILABLE = 14;

    private GrpcResponse() {}

    /// Trailers that end a response: names and values in turn.
    public static List<AsciiString> trailers(Problem problem) {
        return List.of(
                STATUS, AsciiString.of(Integer.toString(status(problem))), MESSAGE, AsciiString.of(message(problem)));
    }

    /// The fields of a response that is nothing but trailers.
    public static List<AsciiString> onlyTrailers(String cluster, Problem problem) {
        List<AsciiString> fields = new ArrayList<>();
        fields.add(GrpcType.CONTENT_TYPE);
        fields.add(APPLICATION_GRPC);
        fields.addAll(trailers(problem));
        fields.add(PROXY_STATUS);
        fields.add(AsciiString.of(ProblemResponse.proxyStatus(cluster, problem)));
        return fields;
    }

    /// Titles are plain ASCII without `%`, so that they need no encoding.
    private static String message(Problem problem) {
        return problem.title();
    }

    public static int status(Problem problem) {
        return switch (problem) {
            case TARGET_CANCELLED -> CANCELLED;
            case DEADLINE_EXCEEDED -> DEADLINE_EXCEEDED;
            case DENIED -> PERMISSION_DENIED;
            case TARGET_BUSY, TOO_MANY_OF_CALLER, HEAD_TOO_LARGE, BODY_TOO_LARGE -> RESOURCE_EXHAUSTED;
            case BAD_REQUEST,
                    METHOD_NOT_ALLOWED,
                    URI_TOO_LONG,
                    EXPECTATION_FAILED,
                    NOT_IMPLEMENTED,
                    VERSION_NOT_SUPPORTED,
                    LOOP,
                    TARGET_PROTOCOL,
                    TARGET_ABORTED,
                    INTERNAL -> GrpcResponse.INTERNAL;
            case REQUEST_TIMEOUT,
                    TOO_MANY_CONNECTIONS,
                    UNKNOWN_SERVICE,
                    UNREACHABLE,
                    DRAINING,
                    NO_TARGET,
                    OVERLOADED,
                    TARGET_REFUSED,
                    TARGET_UNRESOLVED,
                    TARGET_PROHIBITED,
                    TARGET_CONNECT_TIMEOUT,
                    TARGET_TERMINATED,
                    TARGET_TIMEOUT,
                    TARGET_CERTIFICATE,
                    TARGET_TLS,
                    TRANSPORT_LOST -> UNAVAILABLE;
        };
    }
}
