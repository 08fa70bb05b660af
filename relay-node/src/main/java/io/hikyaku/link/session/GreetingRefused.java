package io.hikyaku.link.session;

import io.hikyaku.wire.link.LinkFrame.Goodbye;

/// The neighbour's greeting is not accepted. Stackless, because the neighbour decides how often it is made; answered by
/// one goodbye.
final class GreetingRefused extends Exception {
    private static final long serialVersionUID = 1L;

    private final Goodbye.Code code;

    GreetingRefused(Goodbye.Code code, String detail) {
        super(detail, null, false, false);
        this.code = code;
    }

    Goodbye.Code code() {
        return code;
    }

    String detail() {
        return String.valueOf(getMessage());
    }
}
