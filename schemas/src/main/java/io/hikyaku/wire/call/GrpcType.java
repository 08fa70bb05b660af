package io.hikyaku.wire.call;

import io.netty.util.AsciiString;

/// The media types of gRPC calls, by which they are distinguished from other requests.
public final class GrpcType {
    /// Name of the field that holds it.
    public static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");

    private static final AsciiString GRPC = AsciiString.cached("application/grpc");

    private GrpcType() {}

    /// Whether a request with this `Content-Type` is a gRPC call: `application/grpc`, also with a suffix (`+proto`)
    /// or parameters, which blanks may precede (RFC 9110 §5.6.6); not `application/grpc-web`.
    public static boolean matches(CharSequence contentType) {
        int length = GRPC.length();
        return contentType.length() >= length
                && AsciiString.regionMatches(contentType, true, 0, GRPC, 0, length)
                && (contentType.length() == length || "+; \t".indexOf(contentType.charAt(length)) >= 0);
    }
}
