/// What all clusters together make of a service that several of them export (KEP-1645, "Constraints and Conflict
/// Resolution"). Pure functions of what the registry says, so that every cluster comes to the same result.
@NullMarked
package io.hikyaku.kubernetes.merge;

import org.jspecify.annotations.NullMarked;
