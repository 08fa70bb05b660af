/// Fields of HTTP (RFC 9110 §5): which characters are allowed where, which fields end at a hop, which must agree with
/// each other, and those that say where a request comes from.
@NullMarked
package io.hikyaku.call.http.field;

import org.jspecify.annotations.NullMarked;
