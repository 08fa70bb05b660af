/// The Lease that the bridges of a cluster share: whoever holds it writes to the API server, and nobody else.
@NullMarked
package io.hikyaku.kubernetes.lease;

import org.jspecify.annotations.NullMarked;
