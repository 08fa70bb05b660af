/// Which nodes there are and what each exports: documents are signed by their node's member, flooded over links as
/// opaque bytes, and verified by the nodes that use them. Everything happens on the control loop; other threads read
/// immutable snapshots.
@NullMarked
package io.hikyaku.registry;

import org.jspecify.annotations.NullMarked;
