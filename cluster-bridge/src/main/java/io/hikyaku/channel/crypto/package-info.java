/// The keys of a channel's directions, and sealing and opening packets with them (PROTOCOL.md §5.3, §5.4).
@NullMarked
package io.hikyaku.channel.crypto;

import org.jspecify.annotations.NullMarked;
