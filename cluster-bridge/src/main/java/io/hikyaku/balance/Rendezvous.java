package io.hikyaku.balance;

import java.util.Collection;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Rendezvous hashing (highest random weight): gives each affinity an order of its own of all that could take its
/// calls, the same in every process that knows the same ones. Whatever comes takes only the calls that it comes first
/// for, and whatever goes gives up only its own (decision 041).
public final class Rendezvous {
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private Rendezvous() {}

    /// What the place in every order follows from: first the group's, within it the member's. So a member that is
    /// replaced within its group takes no calls from other groups.
    public record Key(long group, long member) {
        public static Key of(String group, String member) {
            return new Key(hash(group), hash(member));
        }

        /// Whether calls of the affinity go here rather than to the other.
        public boolean precedes(Key other, long affinity) {
            long weight = weight(group, affinity);
            long otherWeight = weight(other.group, affinity);
            return weight == otherWeight
                    ? weight(member, affinity) > weight(other.member, affinity)
                    : weight > otherWeight;
        }
    }

    /// The first in the order of an affinity.
    ///
    /// @param mayTake whether it takes calls now
    /// @return null if none does
    public static <T> @Nullable T first(
            Collection<T> all, Function<? super T, Key> keys, Predicate<? super T> mayTake, long affinity) {
        T first = null;
        for (T one : all) {
            if (mayTake.test(one) && (first == null || keys.apply(one).precedes(keys.apply(first), affinity))) {
                first = one;
            }
        }
        return first;
    }

    /// FNV-1a with 64 bits: the same in every version of Java.
    static long hash(String text) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        return hash;
    }

    /// Mixed twice, so that neither keys nor affinities need be spread evenly.
    private static long weight(long key, long affinity) {
        return mix(affinity ^ mix(key));
    }

    /// Finalizer of SplitMix64.
    private static long mix(long bits) {
        long mixed = (bits ^ bits >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }
}
