/// Values that have their own text form: sizes, times, addresses, names; and the rules that records are held to.
@NullMarked
package io.hikyaku.config.value;

import org.jspecify.annotations.NullMarked;
