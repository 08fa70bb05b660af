package io.hikyaku.route.table;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The links to one neighbour (or the one inbox of a direct path), and which of them a channel takes. Immutable; any
/// thread.
///
/// @param byNumber one link for each number, the index; a single one if there is only one
/// @param all every link, oldest first, for when the chosen one is down
public record LinkGroup(Egress[] byNumber, Egress[] all) {
    private static final int MAX_LINKS = 1024;

    public static LinkGroup of(Egress only) {
        Egress[] links = {only};
        return new LinkGroup(links, links);
    }

    /// Puts links in the order of their numbers, the newest of each number, and fills gaps with others. Where both
    /// sides dialled, the side with more links counts.
    ///
    /// @param links of one neighbour, oldest first, at least one
    public static LinkGroup of(List<LinkEgress> links) {
        TreeMap<Integer, LinkEgress> dialled = newestByNumber(links, true);
        TreeMap<Integer, LinkEgress> accepted = newestByNumber(links, false);
        TreeMap<Integer, LinkEgress> chosen = accepted.size() > dialled.size() ? accepted : dialled;
        Egress[] all = links.toArray(Egress[]::new);
        if (chosen.size() == 1) {
            return new LinkGroup(new Egress[] {chosen.firstEntry().getValue()}, all);
        }
        int count = chosen.values().stream().mapToInt(LinkEgress::count).max().orElseThrow();
        Egress[] byNumber = new Egress[Math.clamp(count, 1, MAX_LINKS)];
        List<LinkEgress> spare = List.copyOf(chosen.values());
        for (int number = 0; number < byNumber.length; number++) {
            LinkEgress own = chosen.get(number);
            byNumber[number] = own != null ? own : spare.get(number % spare.size());
        }
        return new LinkGroup(byNumber, all);
    }

    private static TreeMap<Integer, LinkEgress> newestByNumber(List<LinkEgress> links, boolean dialled) {
        TreeMap<Integer, LinkEgress> newest = new TreeMap<>();
        for (LinkEgress link : links) {
            if (link.link().dialled() == dialled) {
                newest.put(link.number(), link);
            }
        }
        return newest;
    }

    /// The link that all packets of a channel take. If that is down or does not answer, the newest one that does
    /// answer, or at least is up.
    @Nullable
    public Egress link(long channel) {
        Egress chosen =
                byNumber.length == 1 ? byNumber[0] : byNumber[(int) Long.remainderUnsigned(channel, byNumber.length)];
        if (chosen.live() && !chosen.doubted()) {
            return chosen;
        }
        Egress other = newestLive();
        return other != null && other.doubted() && chosen.live() ? chosen : other;
    }

    private @Nullable Egress newestLive() {
        Egress doubted = null;
        for (int i = all.length - 1; i >= 0; i--) {
            if (all[i].live() && !all[i].doubted()) {
                return all[i];
            }
            doubted = doubted == null && all[i].live() ? all[i] : doubted;
        }
        return doubted;
    }

    /// Whether packets may have gone over one of these.
    public boolean hasAny(Set<Egress> links) {
        return Arrays.stream(all).anyMatch(links::contains);
    }
}
