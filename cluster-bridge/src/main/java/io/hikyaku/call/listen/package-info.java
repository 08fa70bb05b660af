/// Listeners of imported ports: accepts connections, detects which version of HTTP they speak, and hands them to the
/// packages of the protocols, above which it sits.
@NullMarked
package io.hikyaku.call.listen;

import org.jspecify.annotations.NullMarked;
