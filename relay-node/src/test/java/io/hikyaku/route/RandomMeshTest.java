package io.hikyaku.route;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.wire.NodeId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Random meshes from a seed: everybody that a path leads to is reached, once and in order, and nobody else; again
/// after links broke, and again after they came back.
class RandomMeshTest {
    private static final int SEEDS = 200;
    private static final int PACKETS = 5;

    private record Edge(VirtualNode dialler, VirtualNode listener, Duration latency, int shard) {}

    private final VirtualMesh mesh = new VirtualMesh();
    private final List<VirtualNode> routers = new ArrayList<>();
    private final List<VirtualNode> leaves = new ArrayList<>();
    private final Map<Edge, FakeLink> links = new HashMap<>();
    private final List<Edge> edges = new ArrayList<>();
    private long channels;

    static LongStream seeds() {
        String given = System.getProperty("hikyaku.seed");
        return given == null ? LongStream.range(0, SEEDS) : LongStream.of(Long.parseLong(given));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whoeverCanBeReachedIsReachedOnceAndInOrder(long seed) {
        // Given
        Random random = new Random(seed);
        build(random);
        // When, Then
        check("seed " + seed + ", whole");
        List<Edge> broken = new ArrayList<>();
        for (Edge edge : edges) {
            if (random.nextInt(3) == 0) {
                links.get(edge).cut("test");
                links.remove(edge);
                broken.add(edge);
            }
        }
        check("seed " + seed + ", with " + broken.size() + " links broken");
        broken.forEach(this::join);
        check("seed " + seed + ", mended");
    }

    private void build(Random random) {
        int routerCount = 1 + random.nextInt(6);
        for (int i = 0; i < routerCount; i++) {
            routers.add(random.nextInt(4) == 0 ? mesh.hub() : mesh.relay());
            for (int j = 0; j < i; j++) {
                if (random.nextInt(3) == 0 || j == i - 1 && random.nextInt(4) > 0) {
                    add(random, routers.get(i), routers.get(j), 0);
                }
            }
        }
        int leafCount = 2 + random.nextInt(4);
        for (int i = 0; i < leafCount; i++) {
            VirtualNode leaf = mesh.bridge(1 + random.nextInt(3));
            leaves.add(leaf);
            for (int uplink = random.nextInt(3); uplink >= 0; uplink--) {
                VirtualNode router = routers.get(random.nextInt(routerCount));
                for (int shard = 0; shard < leaf.shardCount; shard++) {
                    add(random, leaf, router, shard);
                }
            }
        }
        edges.forEach(this::join);
    }

    private void add(Random random, VirtualNode dialler, VirtualNode listener, int shard) {
        edges.add(new Edge(dialler, listener, Duration.ofMillis(1 + random.nextInt(60)), shard));
    }

    private void join(Edge edge) {
        links.put(edge, mesh.connect(edge.dialler(), edge.listener(), edge.latency(), edge.shard()));
    }

    private void check(String when) {
        mesh.time.run(Duration.ofSeconds(3));
        Map<VirtualNode, Set<NodeId>> truth = new HashMap<>();
        for (VirtualNode node : nodes()) {
            truth.put(node, reachableFrom(node));
            assertEquals(truth.get(node), node.reachable, when + ": what " + node + " reaches");
            node.received.clear();
        }
        long channel = ++channels;
        for (int sequence = 0; sequence < PACKETS; sequence++) {
            for (VirtualNode from : nodes()) {
                for (VirtualNode to : nodes()) {
                    if (truth.get(from).contains(to.id)) {
                        from.send(to.id, channel, sequence);
                    }
                }
            }
            mesh.time.run(Duration.ofMillis(7));
        }
        mesh.time.run(Duration.ofSeconds(2));
        for (VirtualNode from : nodes()) {
            for (VirtualNode to : nodes()) {
                boolean expected = truth.get(from).contains(to.id);
                assertEquals(
                        LongStream.range(0, expected ? PACKETS : 0).boxed().toList(),
                        sequences(to, from),
                        when + ": from " + from + " to " + to);
            }
        }
    }

    private List<VirtualNode> nodes() {
        List<VirtualNode> all = new ArrayList<>(routers);
        all.addAll(leaves);
        return all;
    }

    private static List<Long> sequences(VirtualNode to, VirtualNode from) {
        return to.received.stream()
                .filter(packet -> packet.source().equals(from.id))
                .map(VirtualNode.Received::sequence)
                .toList();
    }

    /// By definition: along live links, and through routers only.
    private Set<NodeId> reachableFrom(VirtualNode start) {
        Set<NodeId> seen = new HashSet<>(Set.of(start.id));
        Deque<VirtualNode> open = new ArrayDeque<>(List.of(start));
        while (!open.isEmpty()) {
            VirtualNode node = open.remove();
            if (node != start && !node.forwards) {
                continue;
            }
            for (Edge edge : links.keySet()) {
                VirtualNode other = edge.dialler() == node ? edge.listener() : edge.dialler();
                if ((edge.dialler() == node || edge.listener() == node) && seen.add(other.id)) {
                    open.add(other);
                }
            }
        }
        seen.remove(start.id);
        return seen;
    }
}
