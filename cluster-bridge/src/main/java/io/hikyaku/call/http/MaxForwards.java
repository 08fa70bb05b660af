package io.hikyaku.call.http;

import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.hikyaku.wire.call.HttpFrame.Version;
import io.netty.util.AsciiString;

/// How many gateways an OPTIONS may still pass (RFC 9110 §7.6.2). Two bridges are one gateway to those around them, so
/// the importing one counts, and the exporting one does not. TRACE, the other method that this is for, is never passed
/// on.
public final class MaxForwards {
    private static final AsciiString NAME = AsciiString.cached("max-forwards");

    /// What is passed on instead of a larger one, as RFC 9110 §7.6.2 allows.
    private static final int LARGEST = 999_999_999;

    public enum Verdict {
        /// The request goes on; it is counted if it has to be.
        PASSES,
        /// It ends here: whoever has got it answers it.
        ENDS_HERE,
        MALFORMED
    }

    private MaxForwards() {}

    /// Decides about a request, and counts one that goes on, in its fields.
    public static Verdict count(RequestHead head) {
        CharSequence said = head.method().equals("OPTIONS") ? head.fields().get(NAME) : null;
        if (said == null) {
            return Verdict.PASSES;
        }
        int left = isRepeated(head.fields()) ? -1 : parse(said);
        if (left <= 0) {
            return left == 0 ? Verdict.ENDS_HERE : Verdict.MALFORMED;
        }
        head.fields().set(NAME, AsciiString.of(Integer.toString(Math.min(left - 1, LARGEST))));
        return Verdict.PASSES;
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

    /// The answer to a request that ends here.
    public static ResponseHead answer(String cluster) {
        Fields fields = new Fields()
                .add("Allow", ProblemAnswer.ALLOW)
                .add("Proxy-Status", "hikyaku-" + cluster)
                .add("Content-Length", "0");
        return new ResponseHead(Version.HTTP_1_1, 200, "OK", fields);
    }
}
