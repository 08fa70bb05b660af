package io.hikyaku.channel;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one shard has to reach one peer: open channels, and the handshake in progress. Belongs to its event loop.
///
/// @param <U> the layer above a channel
final class PeerChannels<U extends ChannelUser> {
    /// Open channels that this side made to one peer, of which none answers, until no other is tried.
    static final int MAX_SILENT = 4;

    private record Opened<U>(Channel channel, U user) {}

    /// The youngest last.
    private final List<Opened<U>> open = new ArrayList<>(1);
    private @Nullable U expected;

    /// For something new: the youngest channel that answers; else the handshake in progress; else a channel that
    /// does not answer just now.
    @Nullable
    U best() {
        for (int i = open.size() - 1; i >= 0; i--) {
            if (!open.get(i).channel().isSilent()) {
                return open.get(i).user();
            }
        }
        return expected == null && !open.isEmpty() ? open.getLast().user() : expected;
    }

    /// Whether another channel is worth a handshake: none answers, none is being made, and not many of ours are
    /// silent already. The peer may have made any number.
    boolean wantsAnother() {
        int ours = 0;
        for (Opened<U> opened : open) {
            if (!opened.channel().isSilent()) {
                return false;
            }
            ours += opened.channel().key().initiatedHere() ? 1 : 0;
        }
        return expected == null && ours < MAX_SILENT;
    }

    /// A handshake for this user goes on; one of the other side's counts only if there is none of ours.
    void expect(U user) {
        expected = user;
    }

    void expectIfNone(U user) {
        if (expected == null) {
            expected = user;
        }
    }

    void onOpen(Channel channel, U user) {
        expected = user.equals(expected) ? null : expected;
        open.add(new Opened<>(channel, user));
    }

    /// There is no channel for this user, or no longer.
    void onGone(ChannelUser user) {
        expected = user.equals(expected) ? null : expected;
        open.removeIf(opened -> opened.user().equals(user));
    }

    boolean isEmpty() {
        return expected == null && open.isEmpty();
    }

    /// All open ones, in a list of their own.
    List<Channel> channels() {
        return open.stream().map(Opened::channel).toList();
    }
}
