/// Who is there and what each node exports: documents are signed by their node's member, flooded over links as
/// opaque bytes, and verified by whoever uses them. Everything happens on the control loop; other threads read
/// immutable snapshots.
@NullMarked
package io.hikyaku.registry;

import org.jspecify.annotations.NullMarked;
