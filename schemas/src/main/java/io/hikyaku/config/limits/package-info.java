/// The limits of programs, each with its default, and the rules that hold between them.
@NullMarked
package io.hikyaku.config.limits;

import org.jspecify.annotations.NullMarked;
