package io.hikyaku.kubernetes.export;

import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target.Scheme;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is spoken on a port of a Service: its `appProtocol` says it, or the first word of its name, as in `grpc-web`;
/// otherwise its bytes are carried as they are. TLS is carried as it is, too: it is between the caller and the pod.
record PortProtocol(Protocol protocol, Scheme scheme) {
    private static final PortProtocol HTTP = new PortProtocol(Protocol.HTTP, Scheme.PLAIN);
    private static final PortProtocol HTTP2 = new PortProtocol(Protocol.HTTP, Scheme.H2C);
    private static final PortProtocol BYTES = new PortProtocol(Protocol.TCP, Scheme.PLAIN);

    static PortProtocol of(@Nullable String appProtocol, @Nullable String portName) {
        if (appProtocol != null && !appProtocol.isEmpty()) {
            return named(appProtocol.toLowerCase(Locale.ROOT)).orElse(BYTES);
        }
        return portName == null ? BYTES : ofName(portName);
    }

    private static PortProtocol ofName(String name) {
        int dash = name.indexOf('-');
        String word = dash < 0 ? name : name.substring(0, dash);
        return name.startsWith("grpc-web") ? HTTP : named(word).orElse(BYTES);
    }

    private static Optional<PortProtocol> named(String name) {
        return switch (name) {
            case "http", "grpc-web", "ws", "kubernetes.io/ws" -> Optional.of(HTTP);
            case "grpc", "h2c", "http2", "kubernetes.io/h2c" -> Optional.of(HTTP2);
            default -> Optional.empty();
        };
    }
}
