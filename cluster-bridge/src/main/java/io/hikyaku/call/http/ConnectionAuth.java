package io.hikyaku.call.http;

import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.netty.util.AsciiString;
import java.util.List;

/// Authentication that a server binds to the connection, not to the request (RFC 4559 and its kin): the next user of
/// the connection is taken for the one that authenticated. Such a connection to a target is therefore used for one
/// caller's connection only, or closed (decision 023).
public final class ConnectionAuth {
    private static final AsciiString AUTHORIZATION = AsciiString.cached("authorization");
    private static final AsciiString CHALLENGE = AsciiString.cached("www-authenticate");
    private static final List<AsciiString> SCHEMES = List.of(
            AsciiString.cached("negotiate"),
            AsciiString.cached("ntlm"),
            AsciiString.cached("kerberos"),
            AsciiString.cached("nego2"),
            AsciiString.cached("pku2u"),
            AsciiString.cached("credssp"));
    private static final int UNAUTHORIZED = 401;
    /// Challenges with this status end here, so there are none to look at.
    private static final int PROXY_AUTHENTICATION_REQUIRED = 407;

    private ConnectionAuth() {}

    /// Whether the request authenticates its caller, or begins to.
    public static boolean isIn(RequestHead head) {
        Fields fields = head.fields();
        for (int i = 0; i < fields.size(); i++) {
            if (AUTHORIZATION.contentEqualsIgnoreCase(fields.name(i)) && beginsWithScheme(fields.value(i), 0)) {
                return true;
            }
        }
        return false;
    }

    /// Whether the response asks its caller to authenticate.
    public static boolean isAskedBy(ResponseHead head) {
        return head.status() == PROXY_AUTHENTICATION_REQUIRED
                || head.status() == UNAUTHORIZED && hasChallenge(head.fields());
    }

    private static boolean hasChallenge(Fields fields) {
        for (int i = 0; i < fields.size(); i++) {
            if (CHALLENGE.contentEqualsIgnoreCase(fields.name(i)) && hasScheme(fields.value(i))) {
                return true;
            }
        }
        return false;
    }

    /// Challenges may come in a list. A scheme's name quoted within another challenge counts too, which costs a
    /// connection and nothing else.
    private static boolean hasScheme(CharSequence challenges) {
        boolean start = true;
        for (int at = 0; at < challenges.length(); at++) {
            char c = challenges.charAt(at);
            if (start && beginsWithScheme(challenges, at)) {
                return true;
            }
            start = c == ',' || start && (c == ' ' || c == '\t');
        }
        return false;
    }

    private static boolean beginsWithScheme(CharSequence text, int from) {
        for (AsciiString scheme : SCHEMES) {
            int end = from + scheme.length();
            boolean named = end <= text.length() && scheme.contentEqualsIgnoreCase(text.subSequence(from, end));
            if (named && (end == text.length() || !isToken(text.charAt(end)))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isToken(char c) {
        return Character.isLetterOrDigit(c) || c == '-' || c == '_';
    }
}
