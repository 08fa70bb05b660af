/// Layer 4: flow-controlled two-way byte streams over a channel, with half-close and reset (PROTOCOL.md §6). Does no
/// I/O and reads no clock; knows a channel, but neither peers' addresses nor what the bytes mean.
@NullMarked
package io.hikyaku.stream;

import org.jspecify.annotations.NullMarked;
