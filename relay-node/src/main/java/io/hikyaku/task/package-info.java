/// How tasks run that nobody waits for: one that fails is logged and counted, and whatever runs it goes on. Any package
/// may use it.
@NullMarked
package io.hikyaku.task;

import org.jspecify.annotations.NullMarked;
