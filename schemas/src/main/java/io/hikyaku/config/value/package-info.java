/// Values that have a form of their own in text: sizes, times, addresses, names; and the rules that records are held
/// to.
@NullMarked
package io.hikyaku.config.value;

import org.jspecify.annotations.NullMarked;
