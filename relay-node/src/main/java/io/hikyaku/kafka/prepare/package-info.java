/// The command that makes and mends topics.
@NullMarked
package io.hikyaku.kafka.prepare;

import org.jspecify.annotations.NullMarked;
