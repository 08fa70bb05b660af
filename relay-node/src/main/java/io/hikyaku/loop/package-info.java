/// Event loops as the layers see them: a clock, timers and tasks, in tests virtual; and how tasks run that nobody waits
/// for: one that fails is logged and counted, and the loop goes on. Any package may use it.
@NullMarked
package io.hikyaku.loop;

import org.jspecify.annotations.NullMarked;
