package io.hikyaku.wire.registry;

import io.hikyaku.wire.NodeId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a node says about itself to the whole mesh; signed by its instance key, which its member vouches for. Every
/// value is checked against its limit here, so that no document that breaks one can exist in a program.
///
/// @param node the node it is about
/// @param member the SPIFFE id of the member it belongs to
/// @param statement the member's statement that the node is its own (a compact JWS, at most 16 KiB)
/// @param sequence from 1, rises with each document of the node
/// @param shardCount how many event loops the node has, 1 to 1024
/// @param forwards whether it passes on packets of others
/// @param leaving whether it is about to stop: no new calls
/// @param draining whether it ends, and so says nothing of its exports any more
/// @param exports services that it replays calls to, at most 20,000 with 40,000 ports, each name once
/// @param load how busy it is, if it says
/// @param kafka the topic partition that it reads, if any
public record NodeDocument(
        NodeId node,
        String member,
        String statement,
        long sequence,
        int shardCount,
        boolean forwards,
        boolean leaving,
        boolean draining,
        List<ExportedService> exports,
        Optional<Load> load,
        Optional<KafkaInbox> kafka) {
    public static final int MAX_STATEMENT_CHARS = 16 * 1024;
    public static final int MAX_MEMBER_CHARS = 256;
    public static final int MAX_SHARDS = 1024;
    public static final int MAX_EXPORTS = 20_000;
    /// Of all exports together.
    public static final int MAX_PORTS = 40_000;

    private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
    private static final Pattern DNS_LABEL = Pattern.compile(LABEL);
    private static final Pattern SERVICE = Pattern.compile(LABEL + "/" + LABEL);
    private static final Pattern MEMBER = Pattern.compile("spiffe://" + LABEL + "/(cluster|relay)/" + LABEL);
    private static final Pattern STATEMENT = Pattern.compile("[A-Za-z0-9_.-]+");
    private static final Pattern PROTOCOL = Pattern.compile("[a-z][a-z0-9-]{0,15}");
    private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9._-]{1,249}");

    public NodeDocument {
        exports = List.copyOf(exports);
        require(member.length() <= MAX_MEMBER_CHARS && MEMBER.matcher(member).matches(), "member"); // §1.2
        require(statement.length() <= MAX_STATEMENT_CHARS, "length of statement"); // §8.1
        require(STATEMENT.matcher(statement).matches(), "statement"); // §8.1
        require(sequence >= 1, "sequence"); // §8.2
        require(shardCount >= 1 && shardCount <= MAX_SHARDS, "shardCount"); // §1.2
        require(exports.size() <= MAX_EXPORTS, "number of exports"); // §8.2
        int ports = exports.stream().mapToInt(export -> export.ports().size()).sum();
        require(ports <= MAX_PORTS, "number of ports"); // §8.2
        long services =
                exports.stream().map(ExportedService::service).distinct().count();
        require(services == exports.size(), "service named twice"); // §8.2
    }

    /// The same node with what its newest document says.
    public NodeDocument with(long number, List<ExportedService> exported) {
        return new NodeDocument(
                node, member, statement, number, shardCount, forwards, leaving, draining, exported, load, kafka);
    }

    /// A service that calls can be replayed to.
    ///
    /// @param service `namespace/name`, each a DNS-1123 label
    /// @param ports 1 to 32, each name and each number once
    /// @param since when the export came to be, in milliseconds since 1970: where exporters disagree on a port's
    ///     protocol, the oldest counts
    /// @param traits for the clusters that import it
    public record ExportedService(String service, List<Port> ports, long since, ServiceTraits traits) {
        public static final int MAX_PORTS = 32;

        /// A service about which nothing more is said.
        public ExportedService(String service, List<Port> ports, long since) {
            this(service, ports, since, ServiceTraits.NONE);
        }

        public ExportedService {
            ports = List.copyOf(ports);
            require(SERVICE.matcher(service).matches(), "service"); // §8.2
            require(!ports.isEmpty() && ports.size() <= MAX_PORTS, "number of ports of " + service); // §8.2
            require(
                    ports.stream().map(Port::endpoint).distinct().count() == ports.size(),
                    "port named twice in " + service); // §8.2
            require(
                    ports.stream().map(Port::name).distinct().count() == ports.size(),
                    "port named twice in " + service); // §8.2
            require(since >= 0, "since of " + service); // §8.2
        }
    }

    /// A port of a service.
    ///
    /// @param name a DNS-1123 label; empty for the only unnamed one of a service
    /// @param port 1 to 65535
    /// @param protocol `http`, `tcp`, or one of later versions; `udp` and `sctp` are not carried yet
    /// @param appProtocol as the Service says it, at most 317 characters; empty: not said
    /// @param ready whether calls would find a target now
    public record Port(String name, int port, String protocol, Optional<String> appProtocol, boolean ready) {
        public static final int MAX_APP_PROTOCOL_CHARS = 317;
        private static final Pattern APP_PROTOCOL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]*");

        public Port {
            require(name.isEmpty() || isDnsLabel(name), "port name"); // §8.2
            require(port >= 1 && port <= 65_535, "port number"); // §8.2
            require(PROTOCOL.matcher(protocol).matches(), "protocol"); // §8.2
            appProtocol.ifPresent(text -> require(
                    text.length() <= MAX_APP_PROTOCOL_CHARS
                            && APP_PROTOCOL.matcher(text).matches(),
                    "appProtocol")); // §8.2
        }

        /// A port that is ready.
        public Port(String name, int port, String protocol) {
            this(name, port, protocol, Optional.empty(), true);
        }

        /// Of IP: `TCP`, `UDP` or `SCTP`.
        public String transport() {
            return protocol.equals("udp") || protocol.equals("sctp") ? protocol.toUpperCase(Locale.ROOT) : "TCP";
        }

        private String endpoint() {
            return transport() + port;
        }
    }

    /// How busy a node is.
    ///
    /// @param outstanding calls it is replaying now
    public record Load(int outstanding) {
        public Load {
            require(outstanding >= 0, "outstanding calls"); // §8.2
        }
    }

    /// Where a node reads packets from Kafka.
    ///
    /// @param topic at most 249 characters of `A-Z a-z 0-9 . _ -`
    /// @param partition from 0
    public record KafkaInbox(String topic, int partition) {
        public KafkaInbox {
            require(TOPIC.matcher(topic).matches() && !topic.equals(".") && !topic.equals(".."), "topic"); // §8.2
            require(partition >= 0, "partition"); // §8.2
        }
    }

    static boolean isDnsLabel(String text) {
        return DNS_LABEL.matcher(text).matches();
    }

    static void require(boolean holds, String what) {
        if (!holds) { // §8.2
            throw new IllegalArgumentException(what + " of a node document is not allowed");
        }
    }
}
