package io.hikyaku.mesh;

import io.hikyaku.lab.Broker;
import io.hikyaku.lab.BrokerKind;

/// The ways that packets can take between two clusters.
enum Carrier {
    ONE_RELAY {
        @Override
        Links open(Mesh mesh) throws Exception {
            return Links.both(Mesh.linksTo(mesh.relayAt("relay-1", "tls").url()));
        }
    },
    TWO_RELAYS {
        @Override
        Links open(Mesh mesh) throws Exception {
            String first = mesh.relayAt("relay-1", "tls").url();
            String second = mesh.relay(
                            "relay-2", "listen: [ \"tls://127.0.0.1:0\" ]\npeers: [ \"%s\" ]\n".formatted(first))
                    .url();
            return new Links(Mesh.linksTo(first), Mesh.linksTo(second));
        }
    },
    WEBSOCKET {
        @Override
        Links open(Mesh mesh) throws Exception {
            return Links.both(Mesh.linksTo(mesh.relayAt("relay-1", "wss").url()));
        }
    },
    HUB_CLUSTER {
        @Override
        Links open(Mesh mesh) throws Exception {
            String hub =
                    mesh.bridge("hub", "listen: [ \"tls://127.0.0.1:0\" ]\n").url();
            return Links.both("transit: [ hub ]\n" + Mesh.linksTo(hub));
        }
    },
    KAFKA {
        @Override
        Links open(Mesh mesh) throws Exception {
            return kafka(mesh, "links:\n", BrokerKind.PROCESS);
        }
    },
    RELAY_AND_KAFKA {
        @Override
        Links open(Mesh mesh) throws Exception {
            return kafka(mesh, Mesh.linksTo(mesh.relayAt("relay-1", "tls").url()), BrokerKind.PROCESS);
        }
    },
    CONTAINER_KAFKA {
        @Override
        Links open(Mesh mesh) throws Exception {
            return kafka(mesh, "links:\n", BrokerKind.CONTAINER);
        }
    },
    RELAY_AND_CONTAINER_KAFKA {
        @Override
        Links open(Mesh mesh) throws Exception {
            return kafka(mesh, Mesh.linksTo(mesh.relayAt("relay-1", "tls").url()), BrokerKind.CONTAINER);
        }
    };

    /// The two ends, as lines of their bridges' configuration.
    record Links(String caller, String exporter) {
        static Links both(String yaml) {
            return new Links(yaml, yaml);
        }
    }

    /// Starts what lies between the clusters tokyo and osaka.
    abstract Links open(Mesh mesh) throws Exception;

    private static Links kafka(Mesh mesh, String links, BrokerKind kind) throws Exception {
        Broker broker = kind.shared();
        mesh.prepareKafka(broker, "tokyo", "osaka");
        return Links.both(links + Mesh.linkTo(broker));
    }
}
