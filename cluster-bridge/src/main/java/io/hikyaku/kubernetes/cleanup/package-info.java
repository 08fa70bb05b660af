/// Takes away what a cluster's bridges made, once none of them runs any more. Begins with their Lease, and goes by the
/// same marks of ownership as they do.
@NullMarked
package io.hikyaku.kubernetes.cleanup;

import org.jspecify.annotations.NullMarked;
