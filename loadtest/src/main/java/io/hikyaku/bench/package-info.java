/// `./hikyaku bench`: measures Hikyaku beside a direct call and beside two HAProxies joined by mutual TLS, interleaved
/// in one run, since the machine's speed drifts. Uses the lab to start what is measured; judges nothing.
@NullMarked
package io.hikyaku.bench;

import org.jspecify.annotations.NullMarked;
