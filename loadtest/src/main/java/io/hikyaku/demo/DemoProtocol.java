package io.hikyaku.demo;

/// What the demo's callers speak.
enum DemoProtocol {
    HTTP_1("HTTP/1.1") {
        @Override
        String call(Clients clients, int port) throws Exception {
            return clients.get(clients.http1(), port);
        }

        @Override
        String byHand(String address) {
            return "curl -i http://" + address + "/";
        }
    },
    HTTP_2("HTTP/2") {
        @Override
        String call(Clients clients, int port) throws Exception {
            return clients.get(clients.http2(), port);
        }

        @Override
        String byHand(String address) {
            return "curl -i --http2-prior-knowledge http://" + address + "/";
        }
    },
    GRPC("gRPC") {
        @Override
        String call(Clients clients, int port) throws Exception {
            return clients.grpc(port);
        }

        @Override
        String byHand(String address) {
            return "grpcurl -plaintext " + address + " list";
        }
    },
    WEBSOCKET("WebSocket") {
        @Override
        String call(Clients clients, int port) throws Exception {
            return clients.webSocket(port);
        }

        @Override
        String byHand(String address) {
            return "websocat ws://" + address + "/";
        }
    },
    EVENTS("events") {
        @Override
        String call(Clients clients, int port) throws Exception {
            return clients.events(port);
        }

        @Override
        String byHand(String address) {
            return "curl -N http://" + address + "/";
        }
    },
    TCP("TCP") {
        @Override
        String call(Clients clients, int port) throws Exception {
            return clients.tcp(port);
        }

        @Override
        String byHand(String address) {
            return "nc " + address.replace(':', ' ');
        }
    };

    private final String title;

    DemoProtocol(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /// Makes one call of a service at a port of loopback.
    ///
    /// @return what it answered, on one line
    /// @throws java.io.IOException if the call fails
    abstract String call(Clients clients, int port) throws Exception;

    /// How a user makes such a call in a terminal.
    abstract String byHand(String address);
}
