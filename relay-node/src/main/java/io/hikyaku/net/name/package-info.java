/// From a name to a connection: all addresses that the system knows for it, raced against each other. Knows nothing of
/// links or calls.
@NullMarked
package io.hikyaku.net.name;

import org.jspecify.annotations.NullMarked;
