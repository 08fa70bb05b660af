/// Handshake segments and the channel's own frames inside a sealed packet (PROTOCOL.md §5). Knows nothing of streams.
@NullMarked
package io.hikyaku.wire.channel;

import org.jspecify.annotations.NullMarked;
