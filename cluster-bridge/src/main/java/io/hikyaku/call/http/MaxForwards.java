package io.hikyaku.call.http;

import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.hikyaku.wire.call.HttpFrame.Version;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/// How many gateways an OPTIONS may still pass (RFC 9110 §7.6.2). Two bridges are one gateway to those around them, so
/// the importing one counts, and the exporting one does not. TRACE, the other method that this is for, is never passed
/// on.
public final class MaxForwards {
    private static final AsciiString NAME = AsciiString.cached("max-forwards");

    /// What is passed on instead of a larger one, as RFC 9110 §7.6.2 allows.
    private static final int LARGEST = 999_999_999;

    public enum Verdict {
        /// The request goes on, as [#count] says.
        PASSES,
        /// It ends here: this bridge answers it.
        ENDS_HERE,
        MALFORMED
    }

    private MaxForwards() {}

    /// Decides about a request.
    public static Verdict judge(RequestHead head) {
        CharSequence said = said(head);
        if (said == null) {
            return Verdict.PASSES;
        }
        int left = isRepeated(head.fields()) ? -1 : parse(said);
        if (left <= 0) {
            return left == 0 ? Verdict.ENDS_HERE : Verdict.MALFORMED;
        }
        return Verdict.PASSES;
    }

    /// A request that is passed on: counted, if it has to be.
    public static RequestHead count(RequestHead head) {
        CharSequence said = said(head);
        if (said == null) {
            return head;
        }
        String left = Integer.toString(Math.min(parse(said) - 1, LARGEST));
        return head.withFields(head.fields().with(NAME, AsciiString.of(left)));
    }

    private static @Nullable CharSequence said(RequestHead head) {
        return head.method().equals("OPTIONS") ? head.fields().get(NAME) : null;
    }

    private static boolean isRepeated(Fields fields) {
        int count = 0;
        for (int i = 0; i < fields.size(); i++) {
            count += NAME.contentEqualsIgnoreCase(fields.name(i)) ? 1 : 0;
        }
        return count > 1;
    }

    /// At most one above [#LARGEST]; −1: it is no number.
    private static int parse(CharSequence digits) {
        int number = digits.isEmpty() ? -1 : 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = (int) Math.min(number * 10L + digit, LARGEST + 1);
        }
        return number;
    }

    /// The response to a request that ends here.
    public static ResponseHead response(String cluster) {
        Fields fields =
                Fields.of("Allow", ProblemResponse.ALLOW, "Proxy-Status", "hikyaku-" + cluster, "Content-Length", "0");
        return new ResponseHead(Version.HTTP_1_1, 200, "OK", fields);
    }
}
