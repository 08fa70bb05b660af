/// The addresses of targets: which may be dialled, which are ejected, TLS with them, and dialling one. Knows no
/// protocol.
@NullMarked
package io.hikyaku.call.dial;

import org.jspecify.annotations.NullMarked;
