/// What a bridge has once per event loop: its channels, its view of the exporters, the exports, and the balancer.
@NullMarked
package io.hikyaku.bridge.shard;

import org.jspecify.annotations.NullMarked;
