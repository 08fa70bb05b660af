package io.hikyaku.route.table;

import io.hikyaku.link.Link;

/// A link as routing uses it: an [Egress] with its number among the links of its neighbour. Any thread.
public final class LinkEgress extends Egress {
    private final Link link;
    private final int number;
    private final int count;

    /// @param ownShards how many event loops this node has, which is how many links it dials to a neighbour
    public LinkEgress(Link link, QueueMarks marks, int ownShards) {
        super(link, marks);
        this.link = link;
        this.number = link.dialled() ? link.shard() : link.neighbour().shard();
        this.count = link.dialled() ? ownShards : link.neighbour().shardCount();
    }

    public Link link() {
        return link;
    }

    /// Which of the dialling node's event loops it belongs to.
    int number() {
        return number;
    }

    /// How many event loops the dialling node has.
    int count() {
        return count;
    }
}
