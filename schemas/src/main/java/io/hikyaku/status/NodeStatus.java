package io.hikyaku.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A node at one moment. Lists that a program knows nothing about are empty: a relay sees neither channels nor streams.
///
/// @param program `relay` or `bridge`
/// @param version of Hikyaku
/// @param mesh its name
/// @param member the SPIFFE id of this node's certificate
/// @param node this process's address, 32 hexadecimal digits
/// @param uptimeSeconds since the process was ready to start its parts
/// @param ready whether `/readyz` says so
/// @param listening URLs and addresses with the ports actually bound
/// @param members all nodes of the mesh that this one knows, without itself
/// @param links up or not
/// @param services the exporters of each service
/// @param imports listeners for local callers
/// @param channels to other bridges
/// @param streams in numbers
/// @param lifecycle what happened to it since it started; missing in earlier versions
/// @param calls by service port and side, as this node sees them; earlier versions say nothing about them
/// @param kubernetes of a bridge whose Kubernetes side has begun its work; missing in earlier versions
/// @param findings services that are left out, and why; in words for an operator
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NodeStatus(
        String program,
        String version,
        String mesh,
        String member,
        String node,
        long uptimeSeconds,
        boolean ready,
        List<String> listening,
        List<Member> members,
        List<Link> links,
        List<Service> services,
        List<Import> imports,
        List<Channel> channels,
        Streams streams,
        @Nullable Lifecycle lifecycle,
        List<Calls> calls,
        @Nullable Kubernetes kubernetes,
        List<String> findings) {
    public NodeStatus {
        calls = calls == null ? List.of() : List.copyOf(calls);
        findings = findings == null ? List.of() : List.copyOf(findings);
    }

    /// What happened to a node since it started.
    ///
    /// @param draining it was told to stop, and lets running calls end
    /// @param configuration last change of the configuration file, if it was changed
    /// @param certificate last change of the certificate's files, if they were changed
    /// @param certificateNotAfter when its own certificate ends, ISO 8601
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Lifecycle(
            boolean draining,
            @Nullable Reload configuration,
            @Nullable Reload certificate,
            @Nullable String certificateNotAfter) {}

    /// A changed file.
    ///
    /// @param outcome `applied` or `refused`
    /// @param time ISO 8601
    /// @param findings why it was refused
    public record Reload(String outcome, String time, List<String> findings) {}

    /// Another node.
    ///
    /// @param member SPIFFE id, where it is known: a relay knows it only of its neighbours
    /// @param reachable whether packets find a path to it now
    /// @param path the path in words, for instance `via tls://relay-1.example:7443`
    /// @param documentSequence of its last registry document, if there is one
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Member(
            String node,
            @Nullable String member,
            boolean reachable,
            @Nullable String path,
            @Nullable Long documentSequence) {}

    /// One link, or the attempt to have one.
    ///
    /// @param name URL or topic
    /// @param neighbour node id of the neighbour, while the link is up
    /// @param member SPIFFE id of the neighbour, while the link is up
    /// @param roundTripMicros smoothed, once it was measured
    /// @param lastError why it is not up, or was not before
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Link(
            String name,
            boolean dialled,
            boolean up,
            @Nullable String neighbour,
            @Nullable String member,
            @Nullable Long roundTripMicros,
            long queuedBytes,
            @Nullable String lastError) {}

    /// A port of a service.
    ///
    /// @param service namespace/name
    /// @param protocol `http` or `tcp`
    public record Service(String service, int port, String protocol, List<Exporter> exporters) {}

    /// An exporter of a service.
    ///
    /// @param healthy whether a path leads there, and no event loop avoids it after failures
    /// @param outstanding calls of this node in progress there
    public record Exporter(String cluster, String node, boolean healthy, long outstanding) {}

    /// A listener for local callers of a service.
    ///
    /// @param protocol once it is known
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Import(
            String service,
            int port,
            String listen,
            @Nullable String protocol,
            long connections) {}

    /// A channel to another bridge.
    ///
    /// @param peer node id
    /// @param path the path in words @param roundTripMicros smoothed, once it was measured
    /// @param stalled streams whose reader on this side takes nothing of what has arrived
    /// @param heldBytes that have arrived and that readers on this side have not taken
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Channel(
            String peer,
            String cluster,
            int shard,
            @Nullable String path,
            long streams,
            @Nullable Long roundTripMicros,
            long stalled,
            long heldBytes) {}

    /// The calls of a service port: those in progress, and those that ended within the last minute.
    ///
    /// @param service `namespace/name:port`
    /// @param side `import`: of local callers; `export`: to local targets
    /// @param failedShare 0 to 1; calls that ended with a problem, a status of 500 or more, or the like in gRPC
    /// @param p50Micros half of the calls took no longer, within a tenth; 0 if there were none
    /// @param from of an exported port: who has called since the start, at most 51; missing in earlier versions
    public record Calls(
            String service,
            String side,
            long inFlight,
            double perSecond,
            double failedShare,
            long p50Micros,
            long p99Micros,
            List<CallsFrom> from) {
        public Calls {
            from = from == null ? List.of() : List.copyOf(from);
        }
    }

    /// The calls of one namespace of a cluster.
    ///
    /// @param cluster its name; `other` for those that are too many to be told apart
    /// @param namespace as that cluster's bridge says, if it knows
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record CallsFrom(String cluster, @Nullable String namespace, long calls) {}

    /// How a bridge's Kubernetes side fares.
    ///
    /// @param watching whether the API server tells of changes now; if not, calls go on with what is known
    /// @param leads whether this bridge is the one of its cluster that writes
    /// @param exports ServiceExports that are exported
    /// @param imports ServiceImports that this bridge listens for
    /// @param waiting services that have yet to be looked at
    /// @param failing services whose last attempt failed
    /// @param writes requests that change something, since the start
    public record Kubernetes(
            boolean watching, boolean leads, int exports, int imports, int waiting, int failing, long writes) {}

    /// Streams now, and since the start.
    public record Streams(long open, long opened, long reset) {
        public static final Streams NONE = new Streams(0, 0, 0);
    }
}
