package io.hikyaku.bridge;

import io.hikyaku.bridge.services.Imports;
import io.hikyaku.bridge.shard.ExporterView;
import io.hikyaku.bridge.shard.Shards;
import io.hikyaku.loop.Paced;
import io.hikyaku.node.MeshNode;
import io.hikyaku.registry.Directory;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.NodeDocument;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Keeps the shards and the listeners informed of what each node exports, whenever the registry, the paths to others or
/// this bridge's own exports change.
final class ExporterViews implements Directory.Listener {
    /// Of many changes, those within this time are shown to the event loops together.
    private static final Duration GAP = Duration.ofMillis(20);

    private final MeshNode node;
    private final Directory directory;
    private final Supplier<NodeDocument> own;
    private final BooleanSupplier directsWork;
    private final Shards shards;
    private final Imports imports;
    private final BiConsumer<Collection<NodeDocument>, Predicate<NodeId>> shown;
    private volatile ExporterView view = ExporterView.NOTHING;
    private final Paced show;

    /// @param own this node's document, as it is now
    /// @param directsWork whether direct paths, which lead over no relay, carry anything now; while they do not,
    ///     calls fail at once instead of waiting there
    /// @param shown is told the documents of all nodes, and which of these can be reached
    ExporterViews(
            MeshNode node,
            Directory directory,
            Supplier<NodeDocument> own,
            BooleanSupplier directsWork,
            Shards shards,
            Imports imports,
            BiConsumer<Collection<NodeDocument>, Predicate<NodeId>> shown) {
        this.node = node;
        this.directory = directory;
        this.own = own;
        this.directsWork = directsWork;
        this.shards = shards;
        this.imports = imports;
        this.shown = shown;
        this.show = new Paced(node.control(), GAP, this::show);
    }

    /// The view that was shown last; any thread.
    ExporterView current() {
        return view;
    }

    @Override
    public void onLive(NodeDocument document) {
        showLater();
    }

    @Override
    public void onGone(NodeId gone) {
        showLater();
    }

    /// Something has changed; any thread.
    void showLater() {
        node.control().execute(show::request);
    }

    private void show() {
        List<NodeDocument> documents = new ArrayList<>(directory.live().values());
        Map<NodeId, NodeDocument> lost = directory.lost(); // not reachable, which is not the same as not there
        documents.addAll(lost.values());
        documents.add(own.get());
        Predicate<NodeId> reachable = other -> !lost.containsKey(other) && isReachable(other);
        ExporterView next = ExporterView.of(documents, reachable);
        shards.all().forEach(shard -> shard.execute(() -> shard.show(next)));
        imports.show(next); // after the event loops: connections that waited for it are served at once
        view = next; // after both: what status shows is what calls meet
        shown.accept(documents, reachable);
    }

    private boolean isReachable(NodeId other) {
        return other.equals(node.node())
                || node.router()
                        .pathTo(other)
                        .filter(path -> !path.direct() || directsWork.getAsBoolean())
                        .isPresent();
    }
}
