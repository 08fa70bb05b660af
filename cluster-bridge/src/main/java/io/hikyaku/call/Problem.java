package io.hikyaku.call;

import io.hikyaku.wire.stream.ResetCode;
import java.util.Locale;

/// Why a call got no response from its target: the status that an HTTP caller gets, the error of `Proxy-Status` (RFC
/// 9209 §2.3), and whether a later try may help. The name in lower case is the code in problem details and metrics.
public enum Problem {
    BAD_REQUEST(400, "http_request_error", "The request is malformed"),
    METHOD_NOT_ALLOWED(405, "http_request_error", "The method is not allowed"),
    REQUEST_TIMEOUT(408, "http_request_error", "The request did not arrive in time"),
    BODY_TOO_LARGE(413, "http_request_error", "The body is too large"),
    URI_TOO_LONG(414, "http_request_error", "The request line is too long"),
    EXPECTATION_FAILED(417, "http_request_error", "The expectation is not known"),
    HEAD_TOO_LARGE(431, "http_request_error", "The header section is too large"),
    NOT_IMPLEMENTED(501, "http_request_error", "The transfer coding or protocol is not known"),
    VERSION_NOT_SUPPORTED(505, "http_request_error", "The HTTP version is not supported"),

    TOO_MANY_CONNECTIONS(503, "connection_limit_reached", "Too many connections", 1),
    TOO_MANY_OF_CALLER(429, "connection_limit_reached", "Too many connections of one caller", 1),
    UNKNOWN_SERVICE(503, "destination_not_found", "No cluster exports the service", 5),
    UNREACHABLE(503, "destination_unavailable", "No exporter of the service can be reached", 5),
    DRAINING(503, "destination_unavailable", "The exporter is about to stop", 1),
    NO_TARGET(503, "destination_unavailable", "No target of the service is ready", 1),
    OVERLOADED(503, "connection_limit_reached", "The exporter takes no more calls", 1),
    DENIED(403, "http_request_denied", "The caller may not call the service"),
    TARGET_REFUSED(502, "connection_refused", "The service refused the connection"),
    TARGET_PROHIBITED(502, "destination_ip_prohibited", "The service's target is at an address that may not be called"),
    TARGET_UNRESOLVED(502, "dns_error", "The name of the service's target cannot be resolved"),
    TARGET_CONNECT_TIMEOUT(504, "connection_timeout", "The service could not be reached in time"),
    TARGET_TERMINATED(502, "connection_terminated", "The service ended the connection before answering"),
    TARGET_TIMEOUT(504, "http_response_timeout", "The service did not answer in time"),
    DEADLINE_EXCEEDED(504, "http_response_timeout", "The time that the call was given has passed"),
    TARGET_CERTIFICATE(502, "tls_certificate_error", "The service's certificate is not trusted"),
    TARGET_TLS(502, "tls_protocol_error", "TLS with the service failed"),
    TARGET_CANCELLED(502, "http_response_incomplete", "The service took the call back"),
    TARGET_BUSY(503, "connection_limit_reached", "The service asks for calm", 1),
    TARGET_ABORTED(502, "http_protocol_error", "The service aborted the call"),
    TARGET_PROTOCOL(502, "http_protocol_error", "The service's response is not valid"),
    LOOP(502, "proxy_loop_detected", "The call goes in a circle"),
    TRANSPORT_LOST(502, "connection_terminated", "The path to the exporter was lost"),
    INTERNAL(502, "proxy_internal_error", "The bridges failed");

    private final int status;
    private final String proxyError;
    private final String title;
    private final int retryAfterSeconds;
    private final String code;

    Problem(int status, String proxyError, String title) {
        this(status, proxyError, title, 0);
    }

    Problem(int status, String proxyError, String title, int retryAfterSeconds) {
        this.status = status;
        this.proxyError = proxyError;
        this.title = title;
        this.retryAfterSeconds = retryAfterSeconds;
        this.code = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public int status() {
        return status;
    }

    /// The error type of RFC 9209.
    public String proxyError() {
        return proxyError;
    }

    public String title() {
        return title;
    }

    /// 0: not worth a header.
    public int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /// Stable name of problem details and of a metric's outcome.
    public String code() {
        return code;
    }

    /// What a reset before any byte of the response means to the caller.
    public static Problem of(ResetCode code) {
        return switch (code) {
            case REFUSED -> OVERLOADED;
            case DRAINING -> DRAINING;
            case NO_TARGET -> NO_TARGET;
            case NOT_EXPORTED -> UNKNOWN_SERVICE;
            case DENIED -> DENIED;
            case TARGET_REFUSED -> TARGET_REFUSED;
            case TARGET_CONNECT_TIMEOUT -> TARGET_CONNECT_TIMEOUT;
            case TARGET_UNRESOLVED -> TARGET_UNRESOLVED;
            case TARGET_PROHIBITED -> TARGET_PROHIBITED;
            case TARGET_TERMINATED, CANCELLED -> TARGET_TERMINATED;
            case TARGET_TIMEOUT, IDLE -> TARGET_TIMEOUT;
            case TARGET_PROTOCOL -> TARGET_PROTOCOL;
            case CHANNEL_LOST, LEAVING -> TRANSPORT_LOST;
            case DEADLINE -> DEADLINE_EXCEEDED;
            case TARGET_CERTIFICATE -> TARGET_CERTIFICATE;
            case TARGET_TLS -> TARGET_TLS;
            case TARGET_CANCELLED -> TARGET_CANCELLED;
            case TARGET_BUSY -> TARGET_BUSY;
            case TARGET_ABORTED -> TARGET_ABORTED;
            case TARGET_HEAD_SIZE -> HEAD_TOO_LARGE;
            case PROTOCOL, INTERNAL -> INTERNAL;
        };
    }
}
