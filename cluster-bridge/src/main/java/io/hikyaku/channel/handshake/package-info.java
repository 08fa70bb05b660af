/// The handshake of a channel as a state machine over segments of TLS 1.3 (PROTOCOL.md §5.1, §5.2), and whose identity
/// it proves.
@NullMarked
package io.hikyaku.channel.handshake;

import org.jspecify.annotations.NullMarked;
