/// What every layer of the wire format is built on: node ids, the clear packet header (PROTOCOL.md §2), variable-length
/// integers and the one way to say that bytes are malformed. The frames of each layer live in the sub-packages: values
/// with their limits, and beside each a class that encodes and decodes it. Nothing here does I/O or knows what a packet
/// body means.
@NullMarked
package io.hikyaku.wire;

import org.jspecify.annotations.NullMarked;
