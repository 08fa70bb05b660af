package io.hikyaku.call;

import java.util.Locale;

/// What was wrong with what a caller sent, or with how it behaved; the name in lower case is the reason in metrics and
/// logs. A closed set, one for each kind.
public enum Violation {
    REQUEST_LINE(Problem.BAD_REQUEST),
    REQUEST_TARGET(Problem.BAD_REQUEST),
    METHOD(Problem.METHOD_NOT_ALLOWED),
    VERSION(Problem.VERSION_NOT_SUPPORTED),
    /// Lines that end in anything but CRLF, and empty lines before a head.
    LINE_END(Problem.BAD_REQUEST),
    FOLDED_LINE(Problem.BAD_REQUEST),
    FIELD_NAME(Problem.BAD_REQUEST),
    FIELD_VALUE(Problem.BAD_REQUEST),
    /// A pseudo-header field of HTTP/2 that is unknown, missing, late, repeated or malformed.
    PSEUDO_HEADER(Problem.BAD_REQUEST),
    /// A field that HTTP/2 does not have.
    CONNECTION_FIELD(Problem.BAD_REQUEST),
    /// A `Connection` field that names a field that may not be removed.
    PROTECTED_FIELD(Problem.BAD_REQUEST),
    HOST(Problem.BAD_REQUEST),
    CONTENT_LENGTH(Problem.BAD_REQUEST),
    TRANSFER_CODING(Problem.BAD_REQUEST),
    UNKNOWN_TRANSFER_CODING(Problem.NOT_IMPLEMENTED),
    /// Of an extended CONNECT (RFC 8441).
    UNKNOWN_PROTOCOL(Problem.NOT_IMPLEMENTED),
    /// A length and a coding at once, or a coding in a version that has none.
    FRAMING(Problem.BAD_REQUEST),
    CHUNK(Problem.BAD_REQUEST),
    CHUNK_EXTENSION(Problem.BAD_REQUEST),
    /// A WebSocket handshake that is incomplete, or of another version.
    WEB_SOCKET(Problem.BAD_REQUEST),
    EXPECTATION(Problem.EXPECTATION_FAILED),
    FIRST_LINE_SIZE(Problem.URI_TOO_LONG),
    HEAD_SIZE(Problem.HEAD_TOO_LARGE),
    TRAILER_SIZE(Problem.HEAD_TOO_LARGE),
    BODY_SIZE(Problem.BODY_TOO_LARGE),
    LOOP(Problem.LOOP),
    HEAD_TIME(Problem.REQUEST_TIMEOUT),
    BODY_TIME(Problem.REQUEST_TIMEOUT),
    /// The caller did not take its response.
    ANSWER_TIME(Problem.REQUEST_TIMEOUT),
    /// The caller accepts no head or trailers as large as those of its response.
    ANSWER_HEAD_SIZE(Problem.HEAD_TOO_LARGE),
    CONNECTIONS(Problem.TOO_MANY_CONNECTIONS),
    CONNECTIONS_OF_CALLER(Problem.TOO_MANY_OF_CALLER),
    /// A frame of HTTP/2 that is malformed, or out of order.
    HTTP2_FRAME(Problem.BAD_REQUEST),
    HTTP2_COMPRESSION(Problem.BAD_REQUEST),
    /// A window of HTTP/2 that overflows, or more bytes than the window allows.
    HTTP2_WINDOW(Problem.BAD_REQUEST),
    /// More concurrent streams than are allowed.
    HTTP2_STREAMS(Problem.OVERLOADED),
    /// More frames, resets or heads than one connection may cost us.
    HTTP2_FLOOD(Problem.OVERLOADED),
    /// Anything that no other constant covers.
    MESSAGE(Problem.BAD_REQUEST);

    private final Problem problem;
    private final String code;

    Violation(Problem problem) {
        this.problem = problem;
        this.code = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The problem that the caller is told.
    public Problem problem() {
        return problem;
    }

    /// Label of the metric, and what the log says.
    public String code() {
        return code;
    }
}
