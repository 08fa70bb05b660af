/// The command that creates and corrects topics.
@NullMarked
package io.hikyaku.kafka.prepare;

import org.jspecify.annotations.NullMarked;
