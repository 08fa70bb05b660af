/// A loop, which is a thread with a clock, timers and tasks, in tests virtual; and how tasks that nobody waits for are
/// run: one that fails is logged and counted, and the loop goes on. Any package may use it; channels and streams, which
/// know nothing of Netty's threads, use the interface.
@NullMarked
package io.hikyaku.loop;

import org.jspecify.annotations.NullMarked;
