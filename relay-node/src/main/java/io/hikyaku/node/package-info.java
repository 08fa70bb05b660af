/// What both programs share: a node of the mesh with its links and routing, and how a process starts and ends. Knows
/// nothing of channels and above.
@NullMarked
package io.hikyaku.node;

import org.jspecify.annotations.NullMarked;
