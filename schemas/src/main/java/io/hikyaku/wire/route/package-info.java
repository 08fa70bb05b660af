/// Frames between neighbouring nodes about other nodes (PROTOCOL.md §4): link state among routers, reachability for
/// leaves, push-back for sources, and the envelope in which registry documents are flooded.
@NullMarked
package io.hikyaku.wire.route;

import org.jspecify.annotations.NullMarked;
