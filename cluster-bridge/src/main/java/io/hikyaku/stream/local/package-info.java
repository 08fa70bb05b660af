/// Streams from this bridge to itself, without a channel.
@NullMarked
package io.hikyaku.stream.local;

import org.jspecify.annotations.NullMarked;
