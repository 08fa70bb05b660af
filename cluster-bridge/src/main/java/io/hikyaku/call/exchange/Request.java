package io.hikyaku.call.exchange;

import io.hikyaku.wire.call.HttpFrame.RequestHead;

/// A request as a listener has read it.
///
/// @param head as it goes to the exporter
/// @param hasBody whether bytes or trailers may follow
public record Request(RequestHead head, boolean hasBody) {
    public boolean isHead() {
        return head.method().equals("HEAD");
    }
}
