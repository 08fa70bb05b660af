package io.hikyaku.call.http;

import io.hikyaku.call.Problem;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/// An answer that a bridge gives in the place of the service: status, `Proxy-Status` (RFC 9209) and problem details
/// (RFC 9457). Says which bridge and what kind of failure, nothing about addresses.
final class ProblemAnswer {
    private ProblemAnswer() {}

    /// Writes the whole answer.
    ///
    /// @param service who was called
    /// @param withBody whether the body follows, which HEAD forbids
    static void write(ByteBuf out, String cluster, String service, Problem problem, boolean withBody, boolean close) {
        byte[] body = """
                {"type":"urn:hikyaku:problem:%s","title":"%s","status":%d,"detail":"%s","instance":"urn:uuid:%s"}
                """.formatted(
                        problem.code(),
                        problem.title(),
                        problem.status(),
                        problem.title() + ": " + service,
                        UUID.randomUUID())
                .getBytes(StandardCharsets.US_ASCII);
        StringBuilder head = new StringBuilder(256)
                .append("HTTP/1.1 ")
                .append(problem.status())
                .append(' ')
                .append(reason(problem.status()))
                .append("\r\nContent-Type: application/problem+json\r\nContent-Length: ")
                .append(body.length)
                .append("\r\nProxy-Status: hikyaku-")
                .append(cluster)
                .append("; error=")
                .append(problem.proxyError());
        if (problem == Problem.TRANSPORT_LOST) {
            head.append("; details=\"transport_lost\"");
        }
        if (problem.retryAfterSeconds() > 0) {
            head.append("\r\nRetry-After: ").append(problem.retryAfterSeconds());
        }
        if (problem == Problem.METHOD_NOT_ALLOWED) {
            head.append("\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
        }
        if (close) {
            head.append("\r\nConnection: close");
        }
        out.writeCharSequence(head.append("\r\n\r\n"), StandardCharsets.US_ASCII);
        if (withBody) {
            out.writeBytes(body);
        }
    }

    private static String reason(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 414 -> "URI Too Long";
            case 417 -> "Expectation Failed";
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
