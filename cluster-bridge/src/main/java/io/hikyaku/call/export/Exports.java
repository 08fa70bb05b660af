package io.hikyaku.call.export;

import io.hikyaku.call.ServicePort;
import io.hikyaku.stream.Stream;
import io.hikyaku.stream.StreamAcceptor;
import io.hikyaku.stream.StreamHandler;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.call.OpenMetadata;
import io.hikyaku.wire.call.OpenMetadataFields;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import java.util.Map;

/// What this cluster exports, on one event loop: finds the export that a stream is for by its metadata (PROTOCOL.md
/// §7.1). A caller names a service, never an address.
public final class Exports {
    private Map<ServicePort, ExportHandler> byPort = Map.of();
    private boolean draining;

    /// Replaces the exports by these; those that are gone are closed.
    public void update(Map<ServicePort, ExportHandler> exports) {
        Map<ServicePort, ExportHandler> before = byPort;
        byPort = Map.copyOf(exports);
        before.forEach((port, export) -> {
            if (!export.equals(byPort.get(port))) {
                export.close();
            }
        });
    }

    /// Begins no more calls, which callers may then begin elsewhere; running calls go on.
    public void drain() {
        draining = true;
        byPort.values().forEach(ExportHandler::close);
    }

    /// Takes the calls of one cluster.
    ///
    /// @param caller its name, as the channel proved it
    public StreamAcceptor from(String caller) {
        return (stream, metadata) -> onOpen(stream, metadata, caller);
    }

    private StreamHandler onOpen(Stream stream, ByteBuf metadata, String caller) {
        OpenMetadata call;
        try {
            call = OpenMetadataFields.read(metadata);
        } catch (Malformed malformed) {
            stream.reset(ResetCode.PROTOCOL, String.valueOf(malformed.getMessage()));
            return Refused.HANDLER;
        }
        ExportHandler export = byPort.get(new ServicePort(call.service(), call.port()));
        if (export == null || export.protocol() != call.protocol()) {
            stream.reset(ResetCode.NOT_EXPORTED, "");
            return Refused.HANDLER;
        }
        if (draining) {
            stream.reset(ResetCode.DRAINING, "The bridge stops");
            return Refused.HANDLER;
        }
        return export.accept(stream, call, caller);
    }
}
