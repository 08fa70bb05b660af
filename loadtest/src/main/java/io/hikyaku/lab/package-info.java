/// What tests, the demo and the benchmarks need around Hikyaku: a real Kafka in a process of its own, child
/// processes, small services. It may use everything; nothing of a program may use it.
@NullMarked
package io.hikyaku.lab;

import org.jspecify.annotations.NullMarked;
