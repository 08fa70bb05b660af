/// The Multi-Cluster Services API as Java types, the same in each version of it that an API server may serve, and the
/// definitions that teach an API server these types. Of the types only what we read or write is declared: objects are
/// written by server-side apply alone, which leaves all other fields to their owners.
@NullMarked
package io.hikyaku.kubernetes.mcs;

import org.jspecify.annotations.NullMarked;
