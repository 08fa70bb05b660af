package io.hikyaku.call.observe;

import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.GrpcType;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/// The fields of a request by which its call can be found again in logs and traces. A caller's are checked: what is not
/// valid is dropped, and a request without an id gets one. Nothing is copied unless something has to change.
final class Correlation {
    private static final AsciiString REQUEST_ID = AsciiString.cached("X-Request-Id");
    private static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");
    private static final AsciiString TRACESTATE = AsciiString.cached("tracestate");
    private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
    private static final AsciiString BAGGAGE = AsciiString.cached("baggage");

    /// W3C Baggage §3.3.2: as much has to be carried, and no more.
    private static final int MAX_BAGGAGE = 8192;

    private static final int MAX_GRPC_STATUS = 99;

    private final RequestHead request;
    private final Fields fields;
    /// Null: nothing has to change.
    private Fields.@Nullable Builder changed;
    private int ids;
    private int parents;
    private int states;
    private int baggage;
    private boolean grpc;
    private @Nullable CharSequence id;
    private @Nullable CharSequence parent;

    private Correlation(RequestHead request) {
        this.request = request;
        this.fields = request.fields();
        for (int i = 0; i < fields.size(); i++) {
            read(fields.name(i), fields.value(i));
        }
    }

    /// @return the request as it is passed on
    static RequestHead ofCaller(RequestHead request, Observation call) {
        Correlation found = new Correlation(request);
        found.checkId();
        found.checkTrace();
        return found.observed(call);
    }

    /// The caller's bridge has checked them.
    ///
    /// @return the request as it is passed on
    static RequestHead ofBridge(RequestHead request, Observation call) {
        return new Correlation(request).observed(call);
    }

    /// What `grpc-status` says, −1 if nothing.
    static int grpcStatus(Fields fields) {
        for (int i = 0; i < fields.size(); i++) {
            if (is(fields.name(i), GRPC_STATUS)) {
                return grpcStatus(fields.value(i));
            }
        }
        return -1;
    }

    private static int grpcStatus(CharSequence value) {
        int status = 0;
        for (int i = 0; i < value.length(); i++) {
            int digit = value.charAt(i) - '0';
            status = status * 10 + digit;
            if (digit < 0 || digit > 9 || status > MAX_GRPC_STATUS) {
                return -1;
            }
        }
        return value.isEmpty() ? -1 : status;
    }

    private void read(CharSequence name, CharSequence value) {
        switch (name.length()) {
            case 12 -> {
                if (is(name, REQUEST_ID)) {
                    ids++;
                    id = value;
                } else if (is(name, GrpcType.CONTENT_TYPE)) {
                    grpc = GrpcType.matches(value);
                }
            }
            case 11 -> {
                if (is(name, TRACEPARENT)) {
                    parents++;
                    parent = value;
                }
            }
            case 10 -> states += is(name, TRACESTATE) ? 1 : 0;
            case 7 -> baggage += is(name, BAGGAGE) ? value.length() : 0;
            default -> {}
        }
    }

    private void checkId() {
        CharSequence own = id;
        if (ids != 1 || own == null || !RequestIds.isSane(own)) {
            if (ids > 0) {
                drop(REQUEST_ID);
            }
            AsciiString made = RequestIds.next();
            changed().add(REQUEST_ID, made);
            id = made;
        }
    }

    private void checkTrace() {
        CharSequence own = parent;
        boolean valid = parents == 1 && own != null && TraceContext.isValid(own);
        if (parents > 0 && !valid) {
            drop(TRACEPARENT);
            parent = null;
        }
        if (states > 0) {
            checkState(valid);
        }
        if (baggage > MAX_BAGGAGE) {
            drop(BAGGAGE);
        }
    }

    private void checkState(boolean hasParent) {
        String state = joinedState();
        String checked = hasParent ? TraceState.checked(state) : null;
        if (!state.equals(checked)) {
            drop(TRACESTATE);
            if (checked != null) {
                changed().add(TRACESTATE, checked);
            }
        }
    }

    private String joinedState() {
        StringBuilder joined = new StringBuilder();
        for (int i = 0; i < fields.size(); i++) {
            if (is(fields.name(i), TRACESTATE)) {
                joined.append(joined.isEmpty() ? "" : ",").append(fields.value(i));
            }
        }
        return joined.toString();
    }

    private RequestHead observed(Observation call) {
        CharSequence known = id;
        call.onMarks(known == null ? "" : known, grpc);
        CharSequence above = parent;
        CallSpan span = call.trace(above == null ? null : TraceContext.parse(above));
        if (span != null) {
            if (parents > 0) {
                drop(TRACEPARENT);
            }
            changed().add(TRACEPARENT, TraceContext.field(span));
        }
        Fields.Builder others = changed;
        return others == null ? request : request.withFields(others.build());
    }

    private void drop(AsciiString name) {
        changed().removeIf(other -> is(other, name));
    }

    private Fields.Builder changed() {
        Fields.Builder others = changed == null ? fields.toBuilder() : changed;
        changed = others;
        return others;
    }

    private static boolean is(CharSequence name, AsciiString wanted) {
        return wanted.contentEqualsIgnoreCase(name);
    }
}
