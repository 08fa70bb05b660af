/// What both programs share: a node of the mesh with its links and routing, logging, the admin server with health,
/// metrics and status, and how a process starts and ends. Uses Vert.x for HTTP; knows nothing of channels and above.
@NullMarked
package io.hikyaku.node;

import org.jspecify.annotations.NullMarked;
