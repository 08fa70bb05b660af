/// Frames of streams inside a sealed packet (PROTOCOL.md §6). Knows nothing of what streams carry.
@NullMarked
package io.hikyaku.wire.stream;

import org.jspecify.annotations.NullMarked;
