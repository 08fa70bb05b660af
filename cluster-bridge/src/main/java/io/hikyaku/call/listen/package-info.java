/// Listeners of imported ports: accepts connections, detects which version of HTTP they speak, and hands them to the
/// rooms of the protocols. Stands above those.
@NullMarked
package io.hikyaku.call.listen;

import org.jspecify.annotations.NullMarked;
