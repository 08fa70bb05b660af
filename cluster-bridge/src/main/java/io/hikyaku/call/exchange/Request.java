package io.hikyaku.call.exchange;

import io.hikyaku.wire.call.HttpFrame.RequestHead;

/// A request as a listener has read it.
///
/// @param head as it goes to the exporter
/// @param hasBody whether bytes or trailers may follow
public record Request(RequestHead head, boolean hasBody) {
    /// Whether it is a gRPC call.
    public boolean isGrpc() {
        CharSequence contentType = head.fields().get("content-type");
        return contentType != null && GrpcAnswer.isGrpc(contentType);
    }

    public boolean isHead() {
        return head.method().equals("HEAD");
    }
}
