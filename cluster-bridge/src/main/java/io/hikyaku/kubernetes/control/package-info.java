/// The controller: watches what a bridge needs of its cluster, keeps the exports and listeners of the running bridge as
/// Kubernetes wants them, and, in the one bridge that leads, keeps Kubernetes as the mesh wants it.
@NullMarked
package io.hikyaku.kubernetes.control;

import org.jspecify.annotations.NullMarked;
