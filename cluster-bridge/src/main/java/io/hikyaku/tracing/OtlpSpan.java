package io.hikyaku.tracing;

import io.hikyaku.call.observe.CallSpan;
import io.hikyaku.call.observe.Observation;
import io.hikyaku.call.observe.Observation.Side;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.Workload;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One span. What is known of the call is written to it at the end, in the words of OpenTelemetry's conventions for
/// HTTP and RPC.
final class OtlpSpan implements CallSpan {
    /// Others are named `_OTHER`, so that callers cannot make up names.
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY");

    private static final int MAX_PATH = 1024;

    private final Span span;

    OtlpSpan(Span span) {
        this.span = span;
    }

    @Override
    public String traceId() {
        return span.getSpanContext().getTraceId();
    }

    @Override
    public String spanId() {
        return span.getSpanContext().getSpanId();
    }

    @Override
    public boolean isSampled() {
        return span.getSpanContext().isSampled();
    }

    @Override
    public void end(Observation call) {
        if (span.isRecording()) {
            describe(call);
        }
        span.end();
    }

    private void describe(Observation call) {
        RequestHead head = call.head();
        if (head != null) {
            describe(head, call);
        }
        span.setAttribute(
                call.side() == Side.IMPORT ? "hikyaku.exporter.cluster" : "hikyaku.caller.cluster", call.peer());
        describe(call.caller());
        span.setAttribute("hikyaku.attempts", call.attempts());
        span.setAttribute("hikyaku.outcome", call.outcome());
        span.setAttribute("hikyaku.request.id", call.requestId().toString());
        span.setAttribute("http.request.body.size", call.requestBytes());
        span.setAttribute("http.response.body.size", call.responseBytes());
        if (call.status() > 0) {
            span.setAttribute("http.response.status_code", call.status());
        }
        if (call.grpcStatus() >= 0) {
            span.setAttribute("rpc.grpc.status_code", call.grpcStatus());
        }
        describeFailure(call);
    }

    /// By names of our own: those of Kubernetes are for what makes the span, which is this bridge.
    private void describe(@Nullable Workload caller) {
        if (caller != null) {
            span.setAttribute("hikyaku.caller.namespace", caller.namespace());
            setIfKnown("hikyaku.caller.service_account", caller.serviceAccount());
            setIfKnown("hikyaku.caller.pod", caller.pod());
        }
    }

    private void setIfKnown(String key, String name) {
        if (!name.isEmpty()) {
            span.setAttribute(key, name);
        }
    }

    private void describe(RequestHead head, Observation call) {
        boolean known = METHODS.contains(head.method());
        String path = path(head);
        span.setAttribute("http.request.method", known ? head.method() : "_OTHER");
        span.setAttribute("url.scheme", head.scheme());
        span.setAttribute("url.path", path);
        span.setAttribute("server.address", head.authority());
        span.setAttribute("network.protocol.name", "http");
        span.setAttribute(
                "network.protocol.version",
                switch (head.version()) {
                    case HTTP_1_0 -> "1.0";
                    case HTTP_1_1 -> "1.1";
                    case HTTP_2 -> "2";
                });
        int method = path.lastIndexOf('/');
        if (call.protocol().equals("grpc") && method > 0) {
            span.setAttribute("rpc.system", "grpc");
            span.setAttribute("rpc.service", path.substring(1, method));
            span.setAttribute("rpc.method", path.substring(method + 1));
            span.updateName(path.substring(1));
        } else if (known) {
            span.updateName(head.method());
        }
    }

    /// Without the query, which is nobody's business.
    private static String path(RequestHead head) {
        int query = head.path().indexOf('?');
        String path = query < 0 ? head.path() : head.path().substring(0, query);
        return path.length() <= MAX_PATH ? path : path.substring(0, MAX_PATH);
    }

    /// By the conventions, a server is not to blame for 4xx; for a client they are errors.
    private void describeFailure(Observation call) {
        int least = call.side() == Side.IMPORT ? 500 : 400;
        if (!call.outcome().equals("completed")) {
            span.setAttribute("error.type", call.outcome());
            span.setStatus(StatusCode.ERROR);
        } else if (call.status() >= least) {
            span.setAttribute("error.type", Integer.toString(call.status()));
            span.setStatus(StatusCode.ERROR);
        } else if (call.grpcStatus() > 0) {
            span.setAttribute("error.type", Integer.toString(call.grpcStatus()));
            span.setStatus(StatusCode.ERROR);
        }
    }
}
