/// Logging that nobody waits for: lines go through a bounded queue.
@NullMarked
package io.hikyaku.node.log;

import org.jspecify.annotations.NullMarked;
