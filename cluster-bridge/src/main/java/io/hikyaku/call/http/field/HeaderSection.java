package io.hikyaku.call.http.field;

import io.hikyaku.call.Violation;
import io.hikyaku.wire.call.Fields;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/// The fields of a head as it is read, held to what both versions of HTTP require: at most one `Host`, one plain
/// length, no expectation that nobody can meet, and not too many fields.
public final class HeaderSection {
    /// Most fields of a head, and of trailers. Leaves room for what the bridges add.
    public static final int MAX_FIELDS = Fields.MAX_COUNT - 24;

    private static final AsciiString CONTINUE = AsciiString.cached("100-continue");

    private final Fields.Builder fields = new Fields.Builder();
    private @Nullable AsciiString host;
    private long contentLength = -1;

    /// @param count of a head's fields so far
    /// @throws BadMessage if it has too many
    public static void requireCount(int count) {
        if (count > MAX_FIELDS) {
            throw new BadMessage(Violation.HEAD_SIZE, "more than " + MAX_FIELDS + " fields");
        }
    }

    /// Adds a field that is passed on, or takes note of it; what is specific to a version is for its reader to
    /// decide first.
    ///
    /// @param kind of the name
    /// @throws BadMessage if it is not as it must be
    public void add(FieldKind kind, AsciiString name, AsciiString value) {
        switch (kind) {
            case HOST -> onHost(value);
            case CONTENT_LENGTH -> onContentLength(name, value);
            case EXPECT -> onExpect(name, value);
            case DISGUISED -> throw new BadMessage(Violation.FIELD_NAME, "a framing field's name with underscores");
            case ORDINARY, PROTECTED, FORWARDING, TRANSFER_ENCODING, TE, CONNECTION, UPGRADE, HOP_BY_HOP ->
                fields.add(name, value);
        }
    }

    /// Lets the WebSocket that it asks for, or agrees to, pass this hop (PROTOCOL.md §7.2).
    public void passWebSocket() {
        fields.add(WebSocket.UPGRADE, WebSocket.PROTOCOL);
    }

    /// Those that were added.
    public Fields fields() {
        return fields.build();
    }

    /// Null: there was none.
    @Nullable
    public AsciiString host() {
        return host;
    }

    /// −1: there was none.
    public long contentLength() {
        return contentLength;
    }

    private void onHost(AsciiString value) {
        if (host != null) {
            throw new BadMessage(Violation.HOST, "more than one Host");
        }
        host = value;
    }

    private void onContentLength(AsciiString name, AsciiString value) {
        if (contentLength >= 0 || !Grammar.isLength(value)) {
            throw new BadMessage(Violation.CONTENT_LENGTH, "Content-Length");
        }
        contentLength = value.parseLong();
        fields.add(name, value);
    }

    private void onExpect(AsciiString name, AsciiString value) {
        if (!CONTINUE.contentEqualsIgnoreCase(value)) {
            throw new BadMessage(Violation.EXPECTATION, "Expect");
        }
        fields.add(name, value);
    }
}
