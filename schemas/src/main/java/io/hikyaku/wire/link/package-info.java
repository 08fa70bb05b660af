/// Frames between the two ends of a link (PROTOCOL.md §3): greeting, proof, keepalive, goodbye. Each is the body of one
/// packet of kind LINK. Knows nothing of routes or channels.
@NullMarked
package io.hikyaku.wire.link;

import org.jspecify.annotations.NullMarked;
