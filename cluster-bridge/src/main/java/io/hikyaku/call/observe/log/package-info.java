/// The access log: a line of JSON for each call, written by a thread that no call waits for.
@NullMarked
package io.hikyaku.call.observe.log;

import org.jspecify.annotations.NullMarked;
