package io.hikyaku.call.http;

import io.hikyaku.call.Problem;
import io.hikyaku.call.observe.RequestIds;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.hikyaku.wire.call.HttpFrame.Version;
import java.nio.charset.StandardCharsets;

/// A response that a bridge gives in the place of the service: status, `Proxy-Status` (RFC 9209) and problem details
/// (RFC 9457). Names the bridge and the kind of failure, but no addresses.
///
/// @param body to be left out where the request was HEAD
public record ProblemResponse(ResponseHead head, byte[] body) {
    /// The methods that are passed on, besides any unknown ones.
    static final String ALLOW = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

    /// @param service the one that was called
    /// @param requestId by which the call is found in the bridges' access logs
    public static ProblemResponse of(String cluster, String service, Problem problem, CharSequence requestId) {
        byte[] body = """
                {"type":"urn:hikyaku:problem:%s","title":"%s","status":%d,"detail":"%s","instance":"%s"}
                """.formatted(
                        problem.code(),
                        problem.title(),
                        problem.status(),
                        problem.title() + ": " + service,
                        RequestIds.urn(requestId))
                .getBytes(StandardCharsets.US_ASCII);
        Fields.Builder fields = new Fields.Builder()
                .add("Content-Type", "application/problem+json")
                .add("Content-Length", Integer.toString(body.length))
                .add("Proxy-Status", proxyStatus(cluster, problem));
        if (problem.retryAfterSeconds() > 0) {
            fields.add("Retry-After", Integer.toString(problem.retryAfterSeconds()));
        }
        if (problem == Problem.METHOD_NOT_ALLOWED) {
            fields.add("Allow", ALLOW);
        }
        return new ProblemResponse(
                new ResponseHead(Version.HTTP_1_1, problem.status(), reason(problem.status()), fields.build()), body);
    }

    /// The field of RFC 9209 for this problem.
    public static String proxyStatus(String cluster, Problem problem) {
        String status = "hikyaku-" + cluster + "; error=" + problem.proxyError();
        return problem == Problem.TRANSPORT_LOST ? status + "; details=\"transport_lost\"" : status;
    }

    private static String reason(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 417 -> "Expectation Failed";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 501 -> "Not Implemented";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            case 505 -> "HTTP Version Not Supported";
            default -> "Error";
        };
    }
}
