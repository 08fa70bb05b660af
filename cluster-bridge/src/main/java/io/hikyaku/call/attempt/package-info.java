/// How one call gets to an exporter: opens its stream at one of the candidates, and elsewhere when that is refused
/// before any effect. Knows `balance` and streams, and nothing of HTTP.
@NullMarked
package io.hikyaku.call.attempt;

import org.jspecify.annotations.NullMarked;
