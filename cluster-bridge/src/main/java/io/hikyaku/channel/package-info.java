/// Layer 3: a reliable, ordered, encrypted packet sequence between two bridge instances (PROTOCOL.md §5). Does no I/O
/// and reads no clock of its own; knows node ids, but not what streams mean.
@NullMarked
package io.hikyaku.channel;

import org.jspecify.annotations.NullMarked;
