package io.hikyaku.call.http.field;

import io.hikyaku.call.Violation;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Where the requests of one caller's connection come from. Belongs to the connection's event loop.
public final class Provenance {
    /// How often this cluster may have passed a request on already: a self-call passes it twice.
    private static final int MAX_PASSES = 2;

    /// How many gateways of all clusters a request may have passed: no chain is that long by intent.
    private static final int MAX_HOPS = 32;

    private static final AsciiString FORWARDED = AsciiString.cached("Forwarded");
    private static final AsciiString FORWARDED_FOR = AsciiString.cached("X-Forwarded-For");

    private final Forwarding forwarding;
    private final @Nullable String element;
    private final @Nullable AsciiString address;
    private @Nullable String lastAuthority;
    private AsciiString lastForwarded = AsciiString.EMPTY_STRING;

    Provenance(Forwarding forwarding, @Nullable InetAddress caller) {
        this.forwarding = forwarding;
        this.element = forwarding.element(caller);
        this.address = forwarding.address(caller);
    }

    /// The request as it is passed on: what the caller says about where it comes from is removed unless callers of
    /// this port are trusted, and so is its trace if traces end here; what we know is added, with our name in `Via`
    /// (RFC 9110 §7.6.3).
    ///
    /// @throws BadMessage if it has passed here too often
    public RequestHead mark(RequestHead head) {
        requireNoLoop(head.fields());
        Fields.Builder fields = head.fields().toBuilder().removeIf(this::staysHere);
        if (element != null) {
            fields.add(FORWARDED, forwarded(element, head.authority()));
        }
        if (address != null) {
            fields.add(FORWARDED_FOR, address);
        }
        fields.add(Via.NAME, forwarding.via().value(head.version()));
        return head.withFields(fields.build());
    }

    private boolean staysHere(CharSequence name) {
        return switch (FieldKind.of(name)) {
            case FORWARDING -> !Via.isIn(name) && (!forwarding.trusts() || FieldKind.isOwn(name));
            case PROTECTED -> forwarding.endsTraces() && FieldKind.isTrace(name);
            default -> false;
        };
    }

    private AsciiString forwarded(String start, String authority) {
        if (!Objects.equals(authority, lastAuthority)) {
            lastAuthority = authority;
            lastForwarded = AsciiString.of(authority.isEmpty() ? start : start + ";host=" + quoted(authority));
        }
        return lastForwarded;
    }

    /// A host contains neither quotes nor backslashes.
    private static String quoted(String host) {
        return Grammar.isToken(AsciiString.of(host)) ? host : '"' + host + '"';
    }

    private void requireNoLoop(Fields fields) {
        int hops = 0;
        int passes = 0;
        for (int i = 0; i < fields.size(); i++) {
            if (Via.isIn(fields.name(i))) {
                for (AsciiString member : AsciiString.of(fields.value(i)).split(',')) {
                    hops++;
                    passes += isOwn(member) ? 1 : 0;
                }
            }
        }
        if (passes > MAX_PASSES) {
            throw new BadMessage(Violation.LOOP, "this cluster has passed it on " + passes + " times already");
        }
        if (hops > MAX_HOPS) {
            throw new BadMessage(Violation.LOOP, hops + " gateways have passed it on already");
        }
    }

    /// Whether a member of a `Via` names this cluster:
    /// `[ protocol "/" ] version RWS received-by [ RWS comment ]`.
    private boolean isOwn(AsciiString member) {
        String[] parts = member.trim().toString().split("[ \t]+", 3);
        return parts.length > 1 && parts[1].equals(forwarding.cluster());
    }
}
