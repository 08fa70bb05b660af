package io.hikyaku.call.exchange;

import io.hikyaku.call.CallContext;
import io.hikyaku.call.CallMetrics;
import io.hikyaku.call.http.field.FieldKind;
import io.hikyaku.call.http.field.Via;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;

/// One exported HTTP port on one event loop: what all its calls share.
///
/// @param pool finds places at its targets
/// @param hidesVia whether `Via` goes by the name of [Via#HIDDEN_NAME]
public record ExportedPort(
        CallContext context, CallMetrics.Calls calls, TargetPool pool, EventLoop loop, Via via, boolean hidesVia) {
    private static final AsciiString SOURCE_CLUSTER = AsciiString.cached("X-Hikyaku-Source-Cluster");

    /// The request as the target gets it: with our name in `Via` and the cluster that it came from, which nobody
    /// else may say.
    ///
    /// @param caller as its channel has proved
    RequestHead mark(RequestHead head, String caller) {
        Fields.Builder fields = head.fields().toBuilder().removeIf(FieldKind::isOwn);
        if (hidesVia) {
            fields.rename(Via.NAME, Via.HIDDEN_NAME);
        }
        fields.add(hidesVia ? Via.HIDDEN_NAME : Via.NAME, via.value(head.version()))
                .add(SOURCE_CLUSTER, caller);
        return head.withFields(fields.build());
    }
}
