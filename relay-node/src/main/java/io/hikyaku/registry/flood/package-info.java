/// Documents flooded over links, as opaque bytes, in parts that are sent when they change (PROTOCOL.md §4.5).
@NullMarked
package io.hikyaku.registry.flood;

import org.jspecify.annotations.NullMarked;
