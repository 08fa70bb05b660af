package io.hikyaku.call.http.field;

import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.netty.util.AsciiString;

/// Checks what the other bridge sent, as if a caller had sent it, before it is written in either version of HTTP:
/// nothing that could be read as another line, another field or another message leaves here.
public final class WellFormed {
    private WellFormed() {}

    /// @throws Malformed with these words if it does not hold
    public static void require(boolean holds, String what) {
        if (!holds) {
            throw new Malformed(Reason.INVALID_VALUE, what);
        }
    }

    /// @throws Malformed if it is no path of a request
    public static void requirePath(AsciiString path) {
        require(Grammar.isTarget(path) && (path.byteAt(0) == '/' || path.contentEquals("*")), "path");
    }

    /// @throws Malformed if either may not be sent
    public static void requireField(AsciiString name, AsciiString value) {
        require(Grammar.isToken(name) && Grammar.isValue(value), "field");
    }

    /// What `Content-Length` says.
    ///
    /// @throws Malformed if it is no length
    public static long length(CharSequence value) {
        AsciiString digits = AsciiString.of(value);
        require(Grammar.isLength(digits), "Content-Length");
        return digits.parseLong();
    }
}
