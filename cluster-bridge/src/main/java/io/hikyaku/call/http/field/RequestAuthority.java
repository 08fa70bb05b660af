package io.hikyaku.call.http.field;

import io.hikyaku.call.Violation;
import io.hikyaku.wire.call.HttpFrame;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/// The host that a request says it is for: in its target, in `Host`, or in both alike (RFC 9110 §7.2).
public final class RequestAuthority {
    private RequestAuthority() {}

    /// @param said where this version says it as a rule; null: not there
    /// @param other where it may be said besides; null: not there
    /// @throws BadMessage if they differ, or it is not valid
    public static String of(@Nullable CharSequence said, @Nullable CharSequence other) {
        if (said != null && other != null && !AsciiString.contentEqualsIgnoreCase(said, other)) {
            throw new BadMessage(Violation.HOST, "Host differs from the request target");
        }
        CharSequence text = said == null ? other : said;
        if (text == null || text.length() > HttpFrame.MAX_AUTHORITY_BYTES || !Grammar.isHost(AsciiString.of(text))) {
            throw new BadMessage(Violation.HOST, "malformed authority");
        }
        return text.toString();
    }
}
