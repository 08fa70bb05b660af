/// The bridge program: puts identity, links, routing, registry, channels, streams and calls together, one set per event
/// loop, and keeps the view of the exporters. May use every package; only its command knows the command line.
@NullMarked
package io.hikyaku.bridge;

import org.jspecify.annotations.NullMarked;
