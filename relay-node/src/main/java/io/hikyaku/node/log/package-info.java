/// Logging that nobody waits for: lines go through a queue with a bound.
@NullMarked
package io.hikyaku.node.log;

import org.jspecify.annotations.NullMarked;
