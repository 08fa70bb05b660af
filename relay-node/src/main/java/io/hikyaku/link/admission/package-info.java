/// Which accepted connections may stay until they have greeted: bounds on handshakes, and on how many are pending for
/// each listener and source.
@NullMarked
package io.hikyaku.link.admission;

import org.jspecify.annotations.NullMarked;
